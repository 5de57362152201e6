// uses: reduce
// out[b, c] = mean over the rows of x[b, ·, c].
struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, rows, columns]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [batch, columns]
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>; // [batch, slices, columns]
@group(1) @binding(0) var<uniform> p: Params;

fn start(first: f32) -> f32 { return 0.0; }

fn join(a: f32, b: f32) -> f32 { return a + b; }

fn result(sum: f32) -> f32 { return sum / f32(p.rows); }
