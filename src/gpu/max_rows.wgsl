// uses: reduce
// out[b, c] = maximum over the rows of x[b, ·, c]; NaN wins.
struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, rows, columns]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [batch, columns]
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>; // [batch, slices, columns]
@group(1) @binding(0) var<uniform> p: Params;

// Joining an element twice does no harm, and WGSL cannot write −∞.
fn start(first: f32) -> f32 { return first; }

// By bits: a shader compiler may assume that there are no NaNs when it compares floats.
fn isNan(a: f32) -> bool { return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u; }

fn join(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  return max(a, b);
}

fn result(largest: f32) -> f32 { return largest; }
