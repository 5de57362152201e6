// uses: activation spread
// One size × size filter per channel of a channels-last image, zero padding that keeps the size. A thread makes one result, or those of four
// neighbouring channels.
struct Params {
  batch: u32, height: u32, width: u32, channels: u32, size: u32, dilation: u32, xStride: u32, outStride: u32,
  activation: u32, slope: f32, firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>; // [batch, height, width, channels]
@group(0) @binding(1) var<storage, read> weight: array<Value>; // [size, size, channels]
@group(0) @binding(2) var<storage, read> bias: array<Value>; // [channels]
@group(0) @binding(3) var<storage, read_write> out: array<Value>; // [batch, height, width, channels]
@group(1) @binding(0) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = spread(group, groups, lane);
  let columns = p.channels / LANES;
  if (index >= p.batch * p.rowCount * p.width * columns) { return; }
  let channel = index % columns;
  let pixel = index / columns;
  let column = i32(pixel % p.width);
  let y = i32(p.firstRow + pixel / p.width % p.rowCount);
  let image = pixel / (p.width * p.rowCount) * p.height;
  let reach = i32(p.dilation * (p.size - 1u) / 2u);

  var sum = Value();
  if (HAS_BIAS) { sum = bias[p.biasOffset / LANES + channel]; }
  for (var ky = 0u; ky < p.size; ky++) {
    let fromY = y + i32(ky * p.dilation) - reach;
    if (fromY < 0 || fromY >= i32(p.height)) { continue; }
    for (var kx = 0u; kx < p.size; kx++) {
      let fromX = column + i32(kx * p.dilation) - reach;
      if (fromX < 0 || fromX >= i32(p.width)) { continue; }
      let row = (image + u32(fromY)) * p.width + u32(fromX);
      sum += x[(p.xOffset + row * p.xStride) / LANES + channel] * weight[(ky * p.size + kx) * columns + channel];
    }
  }
  out[(p.outOffset + ((image + u32(y)) * p.width + u32(column)) * p.outStride) / LANES + channel] =
    activateAll(p.activation, p.slope, sum);
}
