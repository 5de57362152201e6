// uses: spread
// Blocks of s² channels of a small image ⇄ s × s pixels of a large one, one thread a result (an element of the large image).
struct Params {
  batch: u32, height: u32, width: u32, channels: u32, scale: u32, inverse: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, height, width, channels · s²], or the large image
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [batch, height · s, width · s, channels], or the small one
@group(1) @binding(0) var<uniform> p: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let s = p.scale;
  let index = spread(group, groups, lane);
  if (index >= p.batch * p.height * s * p.width * s * p.channels) { return; }
  let channel = index % p.channels;
  let pixel = index / p.channels;
  let column = pixel % (p.width * s);
  let y = pixel / (p.width * s) % (p.height * s);
  let image = pixel / (p.width * s * p.height * s);
  let small = (image * p.height + y / s) * p.width + column / s;
  let deep = channel * s * s + y % s * s + column % s;
  if (p.inverse == 0u) {
    out[p.outOffset + pixel * p.outStride + channel] = x[p.xOffset + small * p.xStride + deep];
  } else {
    out[p.outOffset + small * p.outStride + deep] = x[p.xOffset + pixel * p.xStride + channel];
  }
}
