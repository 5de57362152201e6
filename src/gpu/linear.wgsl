// uses: activation tile
// out[r, o] = act(Σ_i x[r, i]·weight[o, i] + bias[o]); accumulate adds that to out·scale. `main` is for products that fill
// a GPU tile by tile; in `split` the threads of a group share a small tile and each adds up a slice of its inputs.
struct Params {
  rows: u32, inner: u32, outer: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Word>; // [rows, inner]
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // [inner, outer / 4]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [outer]
@group(0) @binding(3) var<storage, read> scale: array<f32>; // [outer]
@group(0) @binding(4) var<storage, read_write> out: array<Result>; // [rows, outer]
@group(1) @binding(0) var<uniform> p: Params;

var<private> tileRow: u32;
var<private> starts: vec4u;

// Rows past the last are read as the last; their results are not stored.
fn enterRows(m: u32) {
  let rows = min(vec4u(tileRow + m) + vec4u(0u, 1u, 2u, 3u), vec4u(p.rows - 1u));
  starts = vec4u(p.xOffset) + rows * p.xStride;
}

fn inputQuad(i: u32, tap: u32, j: u32) -> vec4f { return inputRun(starts[i] + j, j, 0u, p.inner); }

fn storeRow(row: u32, column: u32, sums: vec4f) {
  if (row >= p.rows || column >= p.outer) { return; }
  storeQuad(p.outOffset + row * p.outStride + column, column, sums, p.outer - column);
}

@compute @workgroup_size(TILE_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  tileRow = (group.z * groups.y + group.y) * TILE_M;
  let sums = multiplyTile(thread, group.x * TILE_N / 4u, 1u, p.inner, (p.outer + 3u) / 4u);
  storeTile(thread, tileRow, group.x * TILE_N, sums);
}

// 16 results a thread in SLICES parts, TILE_M · TILE_N · SLICES = 4096.
const SLICE_THREADS: u32 = TILE_M * TILE_N / 16u;
const SLICES: u32 = 256u / SLICE_THREADS;
var<workgroup> slices: array<vec4f, 1024>; // [slice, row of a thread's four, thread of a slice]

// Adds what inputs j … j + 3 give.
fn addFour(sums: mat4x4f, j: u32, quad: u32, outerQuads: u32) -> mat4x4f {
  let inputs =
    transpose(mat4x4f(inputQuad(0u, 0u, j), inputQuad(1u, 0u, j), inputQuad(2u, 0u, j), inputQuad(3u, 0u, j)));
  var next = addOuter(sums, inputs[0], weightQuad(0u, j, quad, p.inner, outerQuads));
  next = addOuter(next, inputs[1], weightQuad(0u, j + 1u, quad, p.inner, outerQuads));
  next = addOuter(next, inputs[2], weightQuad(0u, j + 2u, quad, p.inner, outerQuads));
  return addOuter(next, inputs[3], weightQuad(0u, j + 3u, quad, p.inner, outerQuads));
}

@compute @workgroup_size(256)
fn split(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  tileRow = (group.z * groups.y + group.y) * TILE_M;
  let place = thread % SLICE_THREADS;
  let slice = thread / SLICE_THREADS;
  let outerQuads = (p.outer + 3u) / 4u;
  let quad = group.x * TILE_N / 4u + place % (TILE_N / 4u);
  enterRows(4u * (place / (TILE_N / 4u)));
  var sums = mat4x4f();
  // Two at a time, so that the second is read while the first is multiplied.
  for (var j = 4u * slice; j < p.inner; j += 8u * SLICES) {
    sums = addFour(sums, j, quad, outerQuads);
    sums = addFour(sums, j + 4u * SLICES, quad, outerQuads);
  }
  let at = slice * 4u * SLICE_THREADS + place;
  slices[at] = sums[0];
  slices[at + SLICE_THREADS] = sums[1];
  slices[at + 2u * SLICE_THREADS] = sums[2];
  slices[at + 3u * SLICE_THREADS] = sums[3];
  workgroupBarrier();

  // One of the tile's results per thread and turn, in the order of the quads: neighbours store side by side.
  for (var index = thread; index < TILE_M * TILE_N / 4u; index += 256u) {
    let row = index / (TILE_N / 4u);
    let at = row % 4u * SLICE_THREADS + row / 4u * (TILE_N / 4u) + index % (TILE_N / 4u);
    var sum = vec4f();
    for (var i = 0u; i < SLICES; i++) { sum += slices[i * 4u * SLICE_THREADS + at]; }
    storeRow(tileRow + row, group.x * TILE_N + 4u * (index % (TILE_N / 4u)), sum);
  }
}
