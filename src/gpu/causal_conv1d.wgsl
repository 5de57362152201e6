// uses: activation order spread
// y_t = act(bias + Σ_w weight[w]·x_{t−(W−1)+w}) along each direction's order. `main` does one result a thread, or
// those of four channels; `carry` then moves the last W − 1 inputs into the state, one thread a channel or four, in ascending order so that it reads before it writes.
struct Params {
  batch: u32, length: u32, channels: u32, width: u32, directions: u32, orders: u32, gridWidth: u32, xStride: u32,
  xStep: u32, outStride: u32, activation: u32, carry: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, orderOffset: u32, stateOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>; // [batch, length, channels | directions · channels]
@group(0) @binding(1) var<storage, read> weight: array<Value>; // [directions, width, channels]
@group(0) @binding(2) var<storage, read> bias: array<Value>; // [directions, channels]
@group(0) @binding(3) var<storage, read> order: array<u32>; // [directions, length]
@group(0) @binding(4) var<storage, read_write> state: array<Value>; // [batch, directions, width − 1, channels]
@group(0) @binding(5) var<storage, read_write> out: array<Value>; // [batch, length, directions · channels]
@group(1) @binding(0) var<uniform> p: Params;

fn columnCount() -> u32 { return p.channels / LANES; }

fn stateAt(image: u32, direction: u32, i: u32, channel: u32) -> u32 {
  return p.stateOffset / LANES + ((image * p.directions + direction) * (p.width - 1u) + i) * columnCount() + channel;
}

// The input `back` steps before step t.
fn inputAt(image: u32, direction: u32, t: u32, back: u32, channel: u32) -> Value {
  if (t >= back) {
    let row = image * p.length + tokenAt(t - back, direction);
    return x[(p.xOffset + row * p.xStride + direction * p.xStep) / LANES + channel];
  }
  if ((p.carry & CARRY_IN) != 0u) { return state[stateAt(image, direction, p.width - 1u + t - back, channel)]; }
  return Value();
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = spread(group, groups, lane);
  let columns = columnCount();
  if (index >= p.batch * p.length * p.directions * columns) { return; }
  let column = index % (p.directions * columns);
  let direction = column / columns;
  let channel = column % columns;
  let t = index / (p.directions * columns) % p.length;
  let image = index / (p.directions * columns) / p.length;

  var sum = Value();
  if (HAS_BIAS) { sum = bias[p.biasOffset / LANES + column]; }
  for (var w = 0u; w < p.width; w++) {
    sum += weight[(direction * p.width + w) * columns + channel] *
      inputAt(image, direction, t, p.width - 1u - w, channel);
  }
  let row = image * p.length + tokenAt(t, direction);
  out[(p.outOffset + row * p.outStride) / LANES + column] = activateAll(p.activation, 0.0, sum);
}

@compute @workgroup_size(64)
fn carry(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = spread(group, groups, lane);
  let columns = columnCount();
  if (index >= p.batch * p.directions * columns) { return; }
  let channel = index % columns;
  let direction = index / columns % p.directions;
  let image = index / columns / p.directions;
  for (var i = 0u; i + 1u < p.width; i++) {
    state[stateAt(image, direction, i, channel)] = inputAt(image, direction, p.length, p.width - 1u - i, channel);
  }
}
