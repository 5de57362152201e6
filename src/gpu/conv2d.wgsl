// uses: activation tile
// Channels-last convolution as an implicit matrix product. A tap is one kernel row: its kernelWidth·inChannels inputs lie
// side by side in the image, so that padding on the left and right is a range of that run.
struct Params {
  batch: u32, height: u32, width: u32, inChannels: u32, outChannels: u32, kernelHeight: u32, kernelWidth: u32,
  stride: u32, padding: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
  outHeight: u32, outWidth: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, height, width, inChannels]
@group(0) @binding(1) var<storage, read> weight: array<vec4f>; // [kernelHeight, kernelWidth · inChannels, outChannels / 4]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [outChannels]
@group(0) @binding(3) var<storage, read> scale: array<f32>; // [outChannels]
@group(0) @binding(4) var<storage, read_write> out: array<f32>; // [batch, outHeight, outWidth, outChannels]
@group(1) @binding(0) var<uniform> p: Params;

var<private> firstPixel: u32;
var<workgroup> pixelAt: array<i32, TILE_M>; // element j = 0 of the run, which may lie left of the image
var<workgroup> runStart: array<u32, TILE_M>;
var<workgroup> runEnd: array<u32, TILE_M>;

struct Pixel { image: u32, y: u32, x: u32 }

fn pixelOf(index: u32) -> Pixel {
  let perImage = p.rowCount * p.outWidth;
  return Pixel(index / perImage, p.firstRow + index % perImage / p.outWidth, index % p.outWidth);
}

fn enterTap(thread: u32, tap: u32) {
  for (var m = thread; m < TILE_M; m += TILE_THREADS) {
    let index = firstPixel + m;
    let pixel = pixelOf(index);
    let y = i32(pixel.y * p.stride + tap) - i32(p.padding);
    let left = i32(pixel.x * p.stride) - i32(p.padding);
    let inside = index < p.batch * p.rowCount * p.outWidth && y >= 0 && y < i32(p.height);
    pixelAt[m] = i32(p.xOffset) + ((i32(pixel.image * p.height) + y) * i32(p.width) + left) * i32(p.xStride);
    runStart[m] = u32(max(0, -left)) * p.inChannels;
    runEnd[m] = select(0u, u32(clamp(i32(p.width) - left, 0, i32(p.kernelWidth))) * p.inChannels, inside);
  }
  workgroupBarrier();
}

fn inputAt(m: u32, j: u32) -> f32 {
  if (j < runStart[m] || j >= runEnd[m]) { return 0.0; }
  let column = select(j / p.inChannels * (p.xStride - p.inChannels), 0u, CONTIGUOUS);
  return x[u32(pixelAt[m] + i32(j + column))];
}

fn storePixel(index: u32, column: u32, sums: vec4f) {
  if (index >= p.batch * p.rowCount * p.outWidth) { return; }
  let pixel = pixelOf(index);
  let row = (pixel.image * p.outHeight + pixel.y) * p.outWidth + pixel.x;
  storeQuad(p.outOffset + row * p.outStride + column, column, sums, p.outChannels - column);
}

@compute @workgroup_size(TILE_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  firstPixel = (group.z * groups.y + group.y) * TILE_M;
  let quads = (p.outChannels + 3u) / 4u;
  let sums = multiplyTile(thread, group.x * TILE_N / 4u, p.kernelHeight, p.kernelWidth * p.inChannels, quads);
  let column = group.x * TILE_N + 4u * (thread % (TILE_N / 4u));
  let pixel = firstPixel + 4u * (thread / (TILE_N / 4u));
  if (column >= p.outChannels) { return; }
  storePixel(pixel, column, sums[0]);
  storePixel(pixel + 1u, column, sums[1]);
  storePixel(pixel + 2u, column, sums[2]);
  storePixel(pixel + 3u, column, sums[3]);
}
