// uses: activation half tile slices
// Channels-last convolution as an implicit matrix product. A tap is one kernel row: its kernelWidth·inChannels inputs lie
// side by side in the image, so that padding on the left and right is a range of that run.
struct Params {
  batch: u32, height: u32, width: u32, inChannels: u32, outChannels: u32, kernelHeight: u32, kernelWidth: u32,
  stride: u32, padding: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
  outHeight: u32, outWidth: u32, given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Word>; // [batch, height, width, inChannels]
@group(0) @binding(1) var<storage, read> weight: array<Weights>; // [kernelHeight, kernelWidth · inChannels, outChannels / 4]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [outChannels]
@group(0) @binding(3) var<storage, read> scale: array<f32>; // [outChannels]
@group(0) @binding(4) var<storage, read_write> out: array<Result>; // [batch, outHeight, outWidth, outChannels]
@group(1) @binding(0) var<uniform> p: Params;

var<private> firstPixel: u32;
// Of the four pixels that a thread reads: element j = 0 of the run in the first kernel row, which may lie left of the image
// or above it; that row's y; the part of the run that lies inside.
var<private> starts: vec4i;
var<private> tops: vec4i;
var<private> runStart: vec4u;
var<private> runEnd: vec4u;

struct Pixel { image: u32, y: u32, x: u32 }

fn pixelOf(index: u32) -> Pixel {
  let perImage = p.rowCount * p.outWidth;
  return Pixel(index / perImage, p.firstRow + index % perImage / p.outWidth, index % p.outWidth);
}

fn enterRow(i: u32, index: u32) {
  let pixel = pixelOf(min(index, p.batch * p.rowCount * p.outWidth - 1u));
  let y = i32(pixel.y * p.stride) - i32(p.padding);
  let left = i32(pixel.x * p.stride) - i32(p.padding);
  tops[i] = y;
  starts[i] = i32(p.xOffset) + ((i32(pixel.image * p.height) + y) * i32(p.width) + left) * i32(p.xStride);
  runStart[i] = u32(max(0, -left)) * p.inChannels;
  runEnd[i] = u32(clamp(i32(p.width) - left, 0, i32(p.kernelWidth))) * p.inChannels;
}

// Pixels past the last are read as the last; their results are not stored.
fn enterRows(m: u32) {
  enterRow(0u, firstPixel + m);
  enterRow(1u, firstPixel + m + 1u);
  enterRow(2u, firstPixel + m + 2u);
  enterRow(3u, firstPixel + m + 3u);
}

fn prepareRows(thread: u32, m: u32) {}

fn finishTile(thread: u32, m: u32, sums: Sums) -> Sums { return sums; }

fn sliceFactors(thread: u32) -> vec4f { return vec4f(1.0); }

fn placeOf(row: i32, j: u32) -> u32 {
  if (CONTIGUOUS) { return u32(row + i32(j)); }
  return u32(row + i32(j + j / p.inChannels * (p.xStride - p.inChannels)));
}

fn inputQuad(i: u32, tap: u32, j: u32) -> vec4f {
  let y = tops[i] + i32(tap);
  let first = runStart[i];
  let end = select(0u, runEnd[i], y >= 0 && y < i32(p.height));
  let row = starts[i] + i32(tap * p.width * p.xStride);
  if (CONTIGUOUS || ALIGNED) { return inputRun(placeOf(row, j), j, first, end); }
  return vec4f(
    inputOne(placeOf(row, j), j, first, end), inputOne(placeOf(row, j + 1u), j + 1u, first, end),
    inputOne(placeOf(row, j + 2u), j + 2u, first, end), inputOne(placeOf(row, j + 3u), j + 3u, first, end),
  );
}

fn inputRows(tap: u32, j: u32) -> mat4x4f {
  return mat4x4f(inputQuad(0u, tap, j), inputQuad(1u, tap, j), inputQuad(2u, tap, j), inputQuad(3u, tap, j));
}

const PAIRS: bool = false;

// Runs may be cut at the edges of the image.
fn insideRows(tap: u32, j: u32) -> mat4x4f { return inputRows(tap, j); }

fn outputAt(index: u32) -> u32 {
  let pixel = pixelOf(index);
  return p.outOffset + ((pixel.image * p.outHeight + pixel.y) * p.outWidth + pixel.x) * p.outStride;
}

fn isPixel(index: u32) -> bool { return index < p.batch * p.rowCount * p.outWidth; }

fn storeRow(index: u32, column: u32, sums: vec4f) {
  if (!isPixel(index) || column >= p.outChannels) { return; }
  storeQuad(outputAt(index) + column, column, sums, p.outChannels - column);
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
  storeTile(thread, firstPixel, group.x * TILE_N, sums);
}

@compute @workgroup_size(256)
fn split(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  firstPixel = (group.z * groups.y + group.y) * TILE_M;
  let quads = (p.outChannels + 3u) / 4u;
  multiplySlices(thread, group.x * TILE_N / 4u, p.kernelHeight, p.kernelWidth * p.inChannels, quads);
  storeSlices(thread, firstPixel, group.x * TILE_N);
}
