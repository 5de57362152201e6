// uses: activation spread
// out = act(x), one thread a result.
struct Params {
  rows: u32, columns: u32, xStride: u32, outStride: u32, activation: u32, slope: f32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [rows, columns]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [rows, columns]
@group(1) @binding(0) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = spread(group, groups, lane);
  if (index >= p.rows * p.columns) { return; }
  let row = index / p.columns;
  let column = index % p.columns;
  out[p.outOffset + row * p.outStride + column] =
    activate(p.activation, p.slope, x[p.xOffset + row * p.xStride + column]);
}
