// uses: activation tile
// out[r, o] = act(Σ_i x[r, i]·weight[o, i] + bias[o]); accumulate adds that to out·scale.
struct Params {
  rows: u32, inner: u32, outer: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [rows, inner]
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // [inner, outer / 4]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [outer]
@group(0) @binding(3) var<storage, read> scale: array<f32>; // [outer]
@group(0) @binding(4) var<storage, read_write> out: array<f32>; // [rows, outer]
@group(1) @binding(0) var<uniform> p: Params;

var<private> firstRow: u32;

fn enterTap(thread: u32, tap: u32) {}

fn inputAt(m: u32, j: u32) -> f32 {
  let row = firstRow + m;
  if (row >= p.rows || j >= p.inner) { return 0.0; }
  return x[p.xOffset + row * p.xStride + j];
}

fn storeRow(row: u32, column: u32, sums: vec4f) {
  if (row < p.rows) { storeQuad(p.outOffset + row * p.outStride + column, column, sums, p.outer - column); }
}

@compute @workgroup_size(TILE_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  firstRow = (group.z * groups.y + group.y) * TILE_M;
  let sums = multiplyTile(thread, group.x * TILE_N / 4u, 1u, p.inner, (p.outer + 3u) / 4u);
  let column = group.x * TILE_N + 4u * (thread % (TILE_N / 4u));
  let row = firstRow + 4u * (thread / (TILE_N / 4u));
  if (column >= p.outer) { return; }
  storeRow(row, column, sums[0]);
  storeRow(row + 1u, column, sums[1]);
  storeRow(row + 2u, column, sums[2]);
  storeRow(row + 3u, column, sums[3]);
}
