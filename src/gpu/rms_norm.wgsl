// uses: activation norm
// v·weight/√(mean v² + ε) with v = x, or residual += x and v = residual; then · silu(gate).
struct Params {
  rows: u32, columns: u32, epsilon: f32, xStride: u32, residualStride: u32, gateStride: u32, outStride: u32,
  xOffset: u32, residualOffset: u32, weightOffset: u32, gateOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>; // [rows, columns]
@group(0) @binding(1) var<storage, read_write> residual: array<Value>; // [rows, columns]
@group(0) @binding(2) var<storage, read> weight: array<Value>; // [columns]
@group(0) @binding(3) var<storage, read> gate: array<Value>; // [rows, columns]
@group(0) @binding(4) var<storage, read_write> out: array<Value>; // [rows, columns]
@group(1) @binding(0) var<uniform> p: Params;

fn biasAt(column: u32) -> Value { return Value(); }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  normalise(group.y * groups.x + group.x, lane, false);
}
