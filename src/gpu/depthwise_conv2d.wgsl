// uses: activation spread
// One size × size filter per channel of a channels-last image, zero padding that keeps the size. A thread makes one result,
// or those of four neighbouring channels. The taps are written out where SIDE says how many there are in a line, so that they
// are read together. What comes out is multiplied by factor, where there is one.
struct Params {
  batch: u32, height: u32, width: u32, channels: u32, size: u32, dilation: u32, xStride: u32, factorStride: u32, outStride: u32,
  activation: u32, slope: f32, firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, factorOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>; // [batch, height, width, channels]
@group(0) @binding(1) var<storage, read> weight: array<Value>; // [size, size, channels]
@group(0) @binding(2) var<storage, read> bias: array<Value>; // [channels]
@group(0) @binding(3) var<storage, read> factor: array<Value>; // [batch, height, width, channels]
@group(0) @binding(4) var<storage, read_write> out: array<Value>; // [batch, height, width, channels]
@group(1) @binding(0) var<uniform> p: Params;

// Where the taps of a result lie: its image, the line and column of the first tap, the channel.
struct Window { image: u32, top: i32, left: i32, channel: u32 }

fn tapOf(window: Window, ky: u32, kx: u32) -> Value {
  let line = window.top + i32(ky * p.dilation);
  let column = window.left + i32(kx * p.dilation);
  let inside = line >= 0 && line < i32(p.height) && column >= 0 && column < i32(p.width);
  let pixel = (window.image + u32(clamp(line, 0, i32(p.height) - 1))) * p.width + u32(clamp(column, 0, i32(p.width) - 1));
  let value = x[(p.xOffset + pixel * p.xStride) / LANES + window.channel] *
    weight[(ky * p.size + kx) * (p.channels / LANES) + window.channel];
  return select(Value(), value, inside);
}

fn lineOf(window: Window, ky: u32) -> Value {
  var sum = tapOf(window, ky, 0u) + tapOf(window, ky, 1u) + tapOf(window, ky, 2u);
  if (SIDE == 5u) { sum += tapOf(window, ky, 3u) + tapOf(window, ky, 4u); }
  return sum;
}

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
  let window = Window(image, y - reach, column - reach, channel);
  if (SIDE > 0u) {
    sum += lineOf(window, 0u) + lineOf(window, 1u) + lineOf(window, 2u);
    if (SIDE == 5u) { sum += lineOf(window, 3u) + lineOf(window, 4u); }
  } else {
    for (var i = 0u; i < p.size * p.size; i++) { sum += tapOf(window, i / p.size, i % p.size); }
  }
  sum = activateAll(p.activation, p.slope, sum);
  let at = (image + u32(y)) * p.width + u32(column);
  if (HAS_FACTOR) { sum *= factor[(p.factorOffset + at * p.factorStride) / LANES + channel]; }
  out[(p.outOffset + at * p.outStride) / LANES + channel] = sum;
}
