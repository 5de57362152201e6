// One tile of a matrix product, TILE_M rows × TILE_N columns by TILE_M·TILE_N/16 threads, 4 × 4 results a thread. The
// kernel that uses it says where its rows lie: `enterTap` is called by all threads before the rows of a tap are read,
// `inputAt(m, j)` gives element j of row m of the tile, 0 outside. Weights come as [taps · inner, outer] in quads.
var<workgroup> inputTile: array<vec4f, TILE_K * TILE_M / 4u>; // [k, m / 4]
var<workgroup> weightTile: array<vec4f, TILE_K * TILE_N / 4u>; // [k, n / 4]

const TILE_THREADS: u32 = TILE_M * TILE_N / 16u;

fn multiplyAdd(sums: mat4x4f, k: u32, m: u32, n: u32) -> mat4x4f {
  let a = inputTile[k * (TILE_M / 4u) + m];
  let b = weightTile[k * (TILE_N / 4u) + n];
  return mat4x4f(
    fma(vec4f(a.x), b, sums[0]), fma(vec4f(a.y), b, sums[1]), fma(vec4f(a.z), b, sums[2]), fma(vec4f(a.w), b, sums[3]),
  );
}

// Sums of the four rows 4·m… and the column quad n of this thread; `firstQuad` is the tile's first column quad.
fn multiplyTile(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  let m = thread / (TILE_N / 4u);
  let n = thread % (TILE_N / 4u);
  var sums = mat4x4f();
  for (var tap = 0u; tap < taps; tap++) {
    enterTap(thread, tap);
    for (var first = 0u; first < inner; first += TILE_K) {
      for (var i = thread; i < TILE_K * TILE_M / 4u; i += TILE_THREADS) {
        let k = i % TILE_K;
        let row = 4u * (i / TILE_K);
        let j = first + k;
        inputTile[k * (TILE_M / 4u) + row / 4u] =
          vec4f(inputAt(row, j), inputAt(row + 1u, j), inputAt(row + 2u, j), inputAt(row + 3u, j));
      }
      for (var i = thread; i < TILE_K * TILE_N / 4u; i += TILE_THREADS) {
        let k = first + i / (TILE_N / 4u);
        let quad = firstQuad + i % (TILE_N / 4u);
        var value = vec4f();
        if (k < inner && quad < outerQuads) { value = weight[(tap * inner + k) * outerQuads + quad]; }
        weightTile[i] = value;
      }
      workgroupBarrier();
      for (var k = 0u; k < TILE_K; k += 8u) {
        sums = multiplyAdd(sums, k, m, n);
        sums = multiplyAdd(sums, k + 1u, m, n);
        sums = multiplyAdd(sums, k + 2u, m, n);
        sums = multiplyAdd(sums, k + 3u, m, n);
        sums = multiplyAdd(sums, k + 4u, m, n);
        sums = multiplyAdd(sums, k + 5u, m, n);
        sums = multiplyAdd(sums, k + 6u, m, n);
        sums = multiplyAdd(sums, k + 7u, m, n);
      }
      workgroupBarrier();
    }
  }
  return sums;
}

// Bias, activation and accumulation of one result.
fn storeOne(at: u32, column: u32, sum: f32) {
  var value = sum;
  if (HAS_BIAS) { value += bias[p.biasOffset + column]; }
  value = activate(p.activation, p.slope, value);
  if (p.accumulate != 0u) { value += out[at] * select(1.0, scale[p.scaleOffset + column], HAS_SCALE); }
  out[at] = value;
}

// The results of one row from `column` on, of which `count` exist.
fn storeQuad(at: u32, column: u32, sums: vec4f, count: u32) {
  storeOne(at, column, sums.x);
  if (count > 1u) { storeOne(at + 1u, column + 1u, sums.y); }
  if (count > 2u) { storeOne(at + 2u, column + 2u, sums.z); }
  if (count > 3u) { storeOne(at + 3u, column + 3u, sums.w); }
}
