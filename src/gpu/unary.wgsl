// uses: activation spread
// out = act(x), one thread a result or four.
struct Params {
  rows: u32, columns: u32, xStride: u32, outStride: u32, activation: u32, slope: f32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>; // [rows, columns]
@group(0) @binding(1) var<storage, read_write> out: array<Value>; // [rows, columns]
@group(1) @binding(0) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = spread(group, groups, lane);
  let columns = p.columns / LANES;
  if (index >= p.rows * columns) { return; }
  let row = index / columns;
  let column = index % columns;
  out[(p.outOffset + row * p.outStride) / LANES + column] =
    activateAll(p.activation, p.slope, x[(p.xOffset + row * p.xStride) / LANES + column]);
}
