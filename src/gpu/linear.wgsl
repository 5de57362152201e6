// uses: activation tile slices
// out[r, o] = act(Σ_i x[r, i]·weight[o, i] + bias[o]); accumulate adds that to out·scale. `main` is for products that fill
// a GPU tile by tile; `split` is for small ones.
struct Params {
  rows: u32, inner: u32, outer: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
  given: u32,
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

fn storeResult(row: u32, column: u32, sum: f32) {
  if (row < p.rows && column < p.outer) { storeOne(p.outOffset + row * p.outStride + column, column, sum); }
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

@compute @workgroup_size(256)
fn split(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  tileRow = (group.z * groups.y + group.y) * TILE_M;
  multiplySlices(thread, group.x * TILE_N / 4u, 1u, p.inner, (p.outer + 3u) / 4u);
  storeSlices(thread, tileRow, group.x * TILE_N);
}
