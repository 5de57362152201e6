// A small tile of a matrix product whose inputs are shared out: 256 threads of 4 × 4 results in SLICES parts, each of which
// adds up its own inputs, read straight from memory; TILE_M · TILE_N · SLICES = 4096. The kernel gives what `tile` asks for,
// but `finishSlice(thread, sums)` for the four rows of the thread.
const SLICE_THREADS: u32 = TILE_M * TILE_N / 16u;
const SLICES: u32 = 256u / SLICE_THREADS;
var<workgroup> slices: array<vec4f, 1024>; // [slice, row of a thread's four, thread of a slice]

// Adds what inputs j … j + 3 of a tap give.
fn addFour(sums: mat4x4f, tap: u32, j: u32, quad: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  let inputs = transpose(inputRows(tap, j));
  var next = addOuter(sums, inputs[0], weightQuad(tap, j, quad, inner, outerQuads));
  next = addOuter(next, inputs[1], weightQuad(tap, j + 1u, quad, inner, outerQuads));
  next = addOuter(next, inputs[2], weightQuad(tap, j + 2u, quad, inner, outerQuads));
  return addOuter(next, inputs[3], weightQuad(tap, j + 3u, quad, inner, outerQuads));
}

// The slice of this thread; `firstQuad` is the tile's first column quad.
fn multiplySlices(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) {
  let place = thread % SLICE_THREADS;
  let slice = thread / SLICE_THREADS;
  let quad = firstQuad + place % (TILE_N / 4u);
  enterRows(4u * (place / (TILE_N / 4u)));
  prepareRows(thread, 4u * slice, 4u * SLICES);
  var sums = mat4x4f();
  for (var tap = 0u; tap < taps; tap++) {
    // Quads two at a time, so that the second is read while the first is multiplied.
    for (var j = 4u * slice; j < inner; j += AT_ONCE * 4u * SLICES) {
      sums = addFour(sums, tap, j, quad, inner, outerQuads);
      if (AT_ONCE > 1u) { sums = addFour(sums, tap, j + 4u * SLICES, quad, inner, outerQuads); }
    }
  }
  sums = finishSlice(thread, sums);
  let at = slice * 4u * SLICE_THREADS + place;
  slices[at] = sums[0];
  slices[at + SLICE_THREADS] = sums[1];
  slices[at + 2u * SLICE_THREADS] = sums[2];
  slices[at + 3u * SLICE_THREADS] = sums[3];
  workgroupBarrier();
}

// Adds the slices and stores the results one by one, neighbours side by side: the epilogue is in the shader once.
fn storeSlices(thread: u32, firstRow: u32, firstColumn: u32) {
  for (var index = thread; index < TILE_M * TILE_N; index += 256u) {
    let row = index / TILE_N;
    let column = index % TILE_N;
    let at = row % 4u * SLICE_THREADS + row / 4u * (TILE_N / 4u) + column / 4u;
    var sum = 0.0;
    for (var i = 0u; i < SLICES; i++) { sum += slices[i * 4u * SLICE_THREADS + at][column % 4u]; }
    storeResult(firstRow + row, firstColumn + column, sum);
  }
}
