// uses: activation
// Attention among the pixels of each window, head by head: see `src/reference/attention.ts`. A thread has one query of 64;
// keys and values pass by in tiles of KEYS that the group shares, and the weights are kept relative to the largest score
// so far, so that no score is stored. QUADS vectors hold a head, zeros behind its last column.
struct Params {
  batch: u32, height: u32, width: u32, heads: u32, headWidth: u32, window: u32, shift: u32, xStride: u32, outStride: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, biasOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, height, width, q | k | v]
@group(0) @binding(1) var<storage, read> bias: array<f32>; // [heads, 2·window − 1, 2·window − 1]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [batch, height, width, heads · headWidth]
@group(1) @binding(0) var<uniform> p: Params;

var<workgroup> keys: array<vec4f, KEYS * QUADS>;
var<workgroup> values: array<vec4f, KEYS * QUADS>;

fn quadAt(first: u32, quad: u32) -> vec4f {
  var value = vec4f(0.0);
  for (var c = 0u; c < 4u; c++) {
    if (4u * quad + c < p.headWidth) { value[c] = x[first + 4u * quad + c]; }
  }
  return value;
}

// Bands of the rows (or columns) of a shifted image: those that the shift moved over the edge are apart from the others.
fn bandAt(at: u32, size: u32) -> u32 {
  return select(0u, select(1u, 2u, at + p.shift >= size), at + p.window >= size);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let count = p.window * p.window;
  let chunks = (count + 63u) / 64u;
  let across = p.width / p.window;
  var number = group.y * groups.x + group.x;
  let i = number % chunks * 64u + lane;
  number /= chunks;
  let head = number % p.heads;
  number /= p.heads;
  let left = number % across * p.window;
  number /= across;
  let top = (p.firstRow + number % p.rowCount) * p.window;
  let image = number / p.rowCount;

  let y = top + min(i, count - 1u) / p.window;
  let column = left + min(i, count - 1u) % p.window;
  let bands = vec2u(bandAt(y, p.height), bandAt(column, p.width));
  let pixel = (image * p.height + (y + p.shift) % p.height) * p.width + (column + p.shift) % p.width;
  var query: array<vec4f, QUADS>;
  var sums: array<vec4f, QUADS>;
  for (var q = 0u; q < QUADS; q++) {
    query[q] = quadAt(p.xOffset + min(pixel, p.batch * p.height * p.width - 1u) * p.xStride + head * p.headWidth, q);
    sums[q] = vec4f(0.0);
  }
  let scale = 1.0 / sqrt(f32(p.headWidth));
  let side = 2u * p.window - 1u;
  var largest = -3.0e38;
  var whole = 0.0;
  for (var first = 0u; first < count; first += KEYS) {
    workgroupBarrier();
    for (var at = lane; at < KEYS * QUADS; at += 64u) {
      let j = min(first + at / QUADS, count - 1u);
      let row = (top + j / p.window + p.shift) % p.height;
      let other = (image * p.height + row) * p.width + (left + j % p.window + p.shift) % p.width;
      let begin = p.xOffset + min(other, p.batch * p.height * p.width - 1u) * p.xStride + head * p.headWidth;
      keys[at] = quadAt(begin + p.heads * p.headWidth, at % QUADS);
      values[at] = quadAt(begin + 2u * p.heads * p.headWidth, at % QUADS);
    }
    workgroupBarrier();
    for (var k = 0u; k < min(KEYS, count - first); k++) {
      var score = 0.0;
      for (var q = 0u; q < QUADS; q++) { score += dot(query[q], keys[k * QUADS + q]); }
      let ky = top + (first + k) / p.window;
      let kx = left + (first + k) % p.window;
      score = score * scale + bias[p.biasOffset + (head * side + ky + p.window - 1u - y) * side + kx + p.window - 1u - column];
      if (any(bands != vec2u(bandAt(ky, p.height), bandAt(kx, p.width)))) { score -= 100.0; }
      if (score > largest) {
        let less = exp(largest - score);
        largest = score;
        whole *= less;
        for (var q = 0u; q < QUADS; q++) { sums[q] *= less; }
      }
      let weight = select(exp(score - largest), score, isNan(score));
      whole += weight;
      for (var q = 0u; q < QUADS; q++) { sums[q] += weight * values[k * QUADS + q]; }
    }
  }
  if (i >= count || image >= p.batch) { return; }
  for (var c = 0u; c < p.headWidth; c++) {
    out[p.outOffset + pixel * p.outStride + head * p.headWidth + c] = sums[c / 4u][c % 4u] / whole;
  }
}
