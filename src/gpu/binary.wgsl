// uses: activation spread
// out[r] = a[r] ∘ b[⌊r / bRepeat⌋ mod bRows], one thread a result or four; accumulate adds that to out·scale. `rotate`
// multiplies interleaved complex pairs.
struct Params {
  rows: u32, columns: u32, aStride: u32, bStride: u32, outStride: u32, bRows: u32, bRepeat: u32, operation: u32,
  accumulate: u32,
  aOffset: u32, bOffset: u32, scaleOffset: u32, outOffset: u32,
  scaled: u32,
}

@group(0) @binding(0) var<storage, read> a: array<Value>; // [rows, columns]
@group(0) @binding(1) var<storage, read> b: array<Value>; // [bRows, columns]
@group(0) @binding(2) var<storage, read> scale: array<Value>; // [columns]
@group(0) @binding(3) var<storage, read_write> out: array<Value>; // [rows, columns]
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
  let left = (p.aOffset + row * p.aStride) / LANES + column;
  let right = (p.bOffset + row / p.bRepeat % p.bRows * p.bStride) / LANES + column;
  var value: Value;
  switch p.operation {
    case OPERATION_ADD: { value = a[left] + b[right]; }
    case OPERATION_MULTIPLY: { value = a[left] * b[right]; }
    // One element at a time.
    default: {
      if (column % 2u == 0u) {
        value = a[left] * b[right] - a[left + 1u] * b[right + 1u];
      } else {
        value = a[left] * b[right - 1u] + a[left - 1u] * b[right];
      }
    }
  }
  let at = (p.outOffset + row * p.outStride) / LANES + column;
  if (p.accumulate != 0u) {
    var before = out[at];
    if (p.scaled != 0u) { before *= scale[p.scaleOffset / LANES + column]; }
    value += before;
  }
  out[at] = value;
}
