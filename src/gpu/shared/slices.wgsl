// A small tile of a matrix product whose inputs are shared out: 256 threads of 4 × 4 results in SLICES parts, each of which
// adds up its own inputs, read straight from memory; TILE_M · TILE_N · SLICES = 4096. The kernel gives what `tile` asks for,
// but at the end `sliceFactors(thread)` for the four rows of the thread; and `insideRows(tap, j)`, which is `inputRows` for
// quads that lie inside a run.
const SLICE_THREADS: u32 = TILE_M * TILE_N / 16u;
const SLICES: u32 = 256u / SLICE_THREADS;
var<workgroup> slices: array<vec4f, 1024>; // [slice, row of a thread's four, thread of a slice]

fn addRows(sums: mat4x4f, rows: mat4x4f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> mat4x4f {
  let inputs = transpose(rows);
  return addOuter(addOuter(addOuter(addOuter(sums, inputs[0], a), inputs[1], b), inputs[2], c), inputs[3], d);
}

// Adds what inputs j … j + 3 of a tap give; with WHOLE all four are there.
fn addFour(sums: mat4x4f, tap: u32, j: u32, quad: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  if (WHOLE) {
    let at = weightStart + (tap * inner + j) * outerQuads + quad;
    return addRows(
      sums, insideRows(tap, j), weightAt(at), weightAt(at + outerQuads), weightAt(at + 2u * outerQuads),
      weightAt(at + 3u * outerQuads),
    );
  }
  return addRows(
    sums, inputRows(tap, j), weightQuad(tap, j, quad, inner, outerQuads), weightQuad(tap, j + 1u, quad, inner, outerQuads),
    weightQuad(tap, j + 2u, quad, inner, outerQuads), weightQuad(tap, j + 3u, quad, inner, outerQuads),
  );
}

// The slice of this thread; `firstQuad` is the tile's first column quad.
fn multiplySlices(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) {
  let place = thread % SLICE_THREADS;
  let slice = thread / SLICE_THREADS;
  // Columns past the last are multiplied as the last; their results are not stored.
  let quad = min(firstQuad + place % (TILE_N / 4u), outerQuads - 1u);
  let m = 4u * (place / (TILE_N / 4u));
  enterRows(m);
  prepareRows(thread, m);
  var sums = mat4x4f();
  for (var tap = 0u; tap < taps; tap++) {
    var j = 4u * slice;
    if (PAIRS) {
      // Quads two at a time, so that the second is read while the first is multiplied.
      for (; j + 4u * SLICES < inner; j += 8u * SLICES) {
        sums = addFour(sums, tap, j, quad, inner, outerQuads);
        sums = addFour(sums, tap, j + 4u * SLICES, quad, inner, outerQuads);
      }
    }
    for (; j < inner; j += 4u * SLICES) { sums = addFour(sums, tap, j, quad, inner, outerQuads); }
  }
  let factors = sliceFactors(thread);
  let at = slice * 4u * SLICE_THREADS + place;
  slices[at] = sums[0] * factors[0];
  slices[at + SLICE_THREADS] = sums[1] * factors[1];
  slices[at + 2u * SLICE_THREADS] = sums[2] * factors[2];
  slices[at + 3u * SLICE_THREADS] = sums[3] * factors[3];
  workgroupBarrier();
}

fn fourSlices(at: u32) -> vec4f {
  let step = 4u * SLICE_THREADS;
  return slices[at] + slices[at + step] + slices[at + 2u * step] + slices[at + 3u * step];
}

// Adds the slices, of which there are 4, 8 or 16, and stores the results, a thread four of a row.
fn storeSlices(thread: u32, firstRow: u32, firstColumn: u32) {
  for (var index = thread; index < TILE_M * TILE_N / 4u; index += 256u) {
    let row = index / (TILE_N / 4u);
    let quad = index % (TILE_N / 4u);
    let at = row % 4u * SLICE_THREADS + row / 4u * (TILE_N / 4u) + quad;
    var sum = fourSlices(at);
    if (SLICES > 4u) { sum += fourSlices(at + 16u * SLICE_THREADS); }
    if (SLICES > 8u) { sum += fourSlices(at + 32u * SLICE_THREADS) + fourSlices(at + 48u * SLICE_THREADS); }
    storeRow(firstRow + row, firstColumn + 4u * quad, sum);
  }
}
