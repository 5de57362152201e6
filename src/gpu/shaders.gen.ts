// Made by tools/pack_shaders.ts from the .wgsl files beside it.
import type { KernelName } from "../kernels.ts";

/** Parts that depend on the call: how wide the words are that a shader reads and writes. */
export type WidthPart = "input_1" | "input_4" | "join_0" | "join_1" | "join_2" | "output_1" | "output_4" | "value_1" | "value_4" | "weight_16" | "weight_32" | "words_1" | "words_2" | "words_4";

/** Kernels whose shader binds one buffer more than the table says: partial results. */
export const WITH_SCRATCH: ReadonlySet<KernelName> = new Set(["channel_attention", "max_rows", "mean_rows", "selective_scan", "sort"]);

/** All files, one after the other. */
export default `//# attention.wgsl
// uses: activation





struct Params {
  batch: u32, height: u32, width: u32, heads: u32, headWidth: u32, window: u32, shift: u32, xStride: u32, outStride: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, biasOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;

var<workgroup> keys: array<vec4f, KEYS * QUADS>;
var<workgroup> values: array<vec4f, KEYS * QUADS>;

var<workgroup> places: array<vec2u, KEYS>;


struct Eight { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f, g: vec4f, h: vec4f }
const EIGHTS: u32 = (QUADS + 7u) / 8u;
const MORE: u32 = max(EIGHTS, 2u) - 1u;

fn quadAt(first: u32, quad: u32) -> vec4f {
  let at = first + 4u * quad;
  let inside = vec4u(4u * quad) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.headWidth);
  return select(vec4f(), vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]), inside);
}

fn eightAt(first: u32, quad: u32) -> Eight {
  return Eight(
    quadAt(first, quad), quadAt(first, quad + 1u), quadAt(first, quad + 2u), quadAt(first, quad + 3u),
    quadAt(first, quad + 4u), quadAt(first, quad + 5u), quadAt(first, quad + 6u), quadAt(first, quad + 7u),
  );
}


fn dots(query: vec4f, at: u32) -> vec4f {
  return vec4f(
    dot(query, keys[at]), dot(query, keys[at + QUADS]), dot(query, keys[at + 2u * QUADS]), dot(query, keys[at + 3u * QUADS]),
  );
}

fn scoresOf(query: Eight, at: u32) -> vec4f {
  var scores = dots(query.a, at);
  if (QUADS > 1u) { scores += dots(query.b, at + 1u); }
  if (QUADS > 2u) { scores += dots(query.c, at + 2u); }
  if (QUADS > 3u) { scores += dots(query.d, at + 3u); }
  if (QUADS > 4u) { scores += dots(query.e, at + 4u); }
  if (QUADS > 5u) { scores += dots(query.f, at + 5u); }
  if (QUADS > 6u) { scores += dots(query.g, at + 6u); }
  if (QUADS > 7u) { scores += dots(query.h, at + 7u); }
  return scores;
}


fn weigh(sum: vec4f, less: f32, weights: vec4f, at: u32) -> vec4f {
  var next = fma(vec4f(weights.x), values[at], sum * less);
  next = fma(vec4f(weights.y), values[at + QUADS], next);
  next = fma(vec4f(weights.z), values[at + 2u * QUADS], next);
  return fma(vec4f(weights.w), values[at + 3u * QUADS], next);
}

fn weighEight(sums: Eight, less: f32, weights: vec4f, at: u32) -> Eight {
  var next = sums;
  next.a = weigh(sums.a, less, weights, at);
  if (QUADS > 1u) { next.b = weigh(sums.b, less, weights, at + 1u); }
  if (QUADS > 2u) { next.c = weigh(sums.c, less, weights, at + 2u); }
  if (QUADS > 3u) { next.d = weigh(sums.d, less, weights, at + 3u); }
  if (QUADS > 4u) { next.e = weigh(sums.e, less, weights, at + 4u); }
  if (QUADS > 5u) { next.f = weigh(sums.f, less, weights, at + 5u); }
  if (QUADS > 6u) { next.g = weigh(sums.g, less, weights, at + 6u); }
  if (QUADS > 7u) { next.h = weigh(sums.h, less, weights, at + 7u); }
  return next;
}

fn storeColumn(first: u32, column: u32, value: f32) {
  if (column < p.headWidth) { out[first + column] = value; }
}

fn storeQuad(first: u32, quad: u32, value: vec4f) {
  storeColumn(first, 4u * quad, value.x);
  storeColumn(first, 4u * quad + 1u, value.y);
  storeColumn(first, 4u * quad + 2u, value.z);
  storeColumn(first, 4u * quad + 3u, value.w);
}

fn storeEight(first: u32, quad: u32, sums: Eight, whole: f32) {
  storeQuad(first, quad, sums.a / whole);
  if (QUADS > 1u) { storeQuad(first, quad + 1u, sums.b / whole); }
  if (QUADS > 2u) { storeQuad(first, quad + 2u, sums.c / whole); }
  if (QUADS > 3u) { storeQuad(first, quad + 3u, sums.d / whole); }
  if (QUADS > 4u) { storeQuad(first, quad + 4u, sums.e / whole); }
  if (QUADS > 5u) { storeQuad(first, quad + 5u, sums.f / whole); }
  if (QUADS > 6u) { storeQuad(first, quad + 6u, sums.g / whole); }
  if (QUADS > 7u) { storeQuad(first, quad + 7u, sums.h / whole); }
}


fn bandAt(at: u32, size: u32) -> u32 {
  return select(0u, select(1u, 2u, at + p.shift >= size), at + p.window >= size);
}

fn bandsAt(y: u32, column: u32) -> u32 { return 3u * bandAt(y, p.height) + bandAt(column, p.width); }


struct Part { largest: f32, whole: f32, sums: Eight }

fn keepPart(lane: u32, part: Part) {
  values[lane] = vec4f(part.largest, part.whole, 0.0, 0.0);
  keys[lane] = part.sums.a;
  if (QUADS > 1u) { keys[lane + 64u] = part.sums.b; }
  if (QUADS > 2u) { keys[lane + 128u] = part.sums.c; }
  if (QUADS > 3u) { keys[lane + 192u] = part.sums.d; }
  if (QUADS > 4u) { keys[lane + 256u] = part.sums.e; }
  if (QUADS > 5u) { keys[lane + 320u] = part.sums.f; }
  if (QUADS > 6u) { keys[lane + 384u] = part.sums.g; }
}


fn joinPart(lane: u32, part: Part) -> Part {
  let kept = values[lane];
  let largest = max(part.largest, kept.x);
  let less = exp(part.largest - largest);
  let more = exp(kept.x - largest);
  var next = Part(largest, part.whole * less + kept.y * more, part.sums);
  next.sums.a = part.sums.a * less + keys[lane] * more;
  if (QUADS > 1u) { next.sums.b = part.sums.b * less + keys[lane + 64u] * more; }
  if (QUADS > 2u) { next.sums.c = part.sums.c * less + keys[lane + 128u] * more; }
  if (QUADS > 3u) { next.sums.d = part.sums.d * less + keys[lane + 192u] * more; }
  if (QUADS > 4u) { next.sums.e = part.sums.e * less + keys[lane + 256u] * more; }
  if (QUADS > 5u) { next.sums.f = part.sums.f * less + keys[lane + 320u] * more; }
  if (QUADS > 6u) { next.sums.g = part.sums.g * less + keys[lane + 384u] * more; }
  return next;
}

fn areNan(v: vec4f) -> vec4<bool> { return vec4<bool>(isNan(v.x), isNan(v.y), isNan(v.z), isNan(v.w)); }

@compute @workgroup_size(64 * PARTS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % 64u;
  let part = thread / 64u;
  let count = p.window * p.window;
  let chunks = (count + 63u) / 64u;
  let across = p.width / p.window;
  var number = group.y * groups.x + group.x;
  let i = number % chunks * 64u + lane;
  number /= chunks;
  let head = number % p.heads;
  number /= p.heads;
  let left = number % across * p.window;
  number /= across;
  let top = (p.firstRow + number % p.rowCount) * p.window;
  let image = number / p.rowCount;

  let down = min(i, count - 1u) / p.window;
  let aside = min(i, count - 1u) % p.window;
  let bands = bandsAt(top + down, left + aside);
  let pixel = (image * p.height + (top + down + p.shift) % p.height) * p.width + (left + aside + p.shift) % p.width;
  let begin = p.xOffset + min(pixel, p.batch * p.height * p.width - 1u) * p.xStride + head * p.headWidth;
  let query = eightAt(begin, 0u);
  var sums = Eight();
  var queries: array<Eight, MORE>;
  var more: array<Eight, MORE>;
  for (var eight = 1u; eight < EIGHTS; eight++) { queries[eight - 1u] = eightAt(begin, 8u * eight); }
  let scale = 1.0 / sqrt(f32(p.headWidth));
  let side = 2u * p.window - 1u;
  let biases = p.biasOffset + (head * side + p.window - 1u - down) * side + p.window - 1u - aside;
  var largest = -3.0e38;
  var whole = 0.0;
  for (var first = 0u; first < count; first += KEYS) {
    workgroupBarrier();
    for (var at = thread; at < KEYS * QUADS; at += 64u * PARTS) {
      let j = min(first + at / QUADS, count - 1u);
      let row = (top + j / p.window + p.shift) % p.height;
      let other = (image * p.height + row) * p.width + (left + j % p.window + p.shift) % p.width;
      let start = p.xOffset + min(other, p.batch * p.height * p.width - 1u) * p.xStride + head * p.headWidth;
      keys[at] = quadAt(start + p.heads * p.headWidth, at % QUADS);
      values[at] = quadAt(start + 2u * p.heads * p.headWidth, at % QUADS);
    }
    for (var at = thread; at < KEYS; at += 64u * PARTS) {
      let j = min(first + at, count - 1u);
      places[at] = vec2u(j / p.window * side + j % p.window, bandsAt(top + j / p.window, left + j % p.window));
    }
    workgroupBarrier();
    for (var k = 4u * part; k < min(KEYS, count - first); k += 4u * PARTS) {
      var scores = scoresOf(query, k * QUADS);
      for (var eight = 1u; eight < EIGHTS; eight++) { scores += scoresOf(queries[eight - 1u], k * QUADS + 8u * eight); }
      let a = places[k];
      let b = places[k + 1u];
      let c = places[k + 2u];
      let d = places[k + 3u];
      scores = scores * scale + vec4f(bias[biases + a.x], bias[biases + b.x], bias[biases + c.x], bias[biases + d.x]);
      scores -= select(vec4f(), vec4f(100.0), vec4u(a.y, b.y, c.y, d.y) != vec4u(bands));
      let absent = vec4u(first + k) + vec4u(0u, 1u, 2u, 3u) >= vec4u(count);
      let unknown = areNan(scores);
      let known = select(scores, vec4f(-3.0e38), unknown | absent);
      let before = largest;
      largest = max(max(largest, max(known.x, known.y)), max(known.z, known.w));
      let less = exp(before - largest);
      let weights = select(select(exp(known - largest), scores, unknown), vec4f(), absent);
      whole = whole * less + dot(weights, vec4f(1.0));
      sums = weighEight(sums, less, weights, k * QUADS);
      for (var eight = 1u; eight < EIGHTS; eight++) {
        more[eight - 1u] = weighEight(more[eight - 1u], less, weights, k * QUADS + 8u * eight);
      }
    }
  }

  for (var other = 1u; other < PARTS; other++) {
    workgroupBarrier();
    if (part == other) { keepPart(lane, Part(largest, whole, sums)); }
    workgroupBarrier();
    if (part == 0u) {
      let both = joinPart(lane, Part(largest, whole, sums));
      largest = both.largest;
      whole = both.whole;
      sums = both.sums;
    }
  }
  if (i >= count || image >= p.batch || part > 0u) { return; }
  let place = p.outOffset + pixel * p.outStride + head * p.headWidth;
  storeEight(place, 0u, sums, whole);
  for (var eight = 1u; eight < EIGHTS; eight++) { storeEight(place, 8u * eight, more[eight - 1u], whole); }
}
//# binary.wgsl
// uses: activation spread


struct Params {
  rows: u32, columns: u32, aStride: u32, bStride: u32, outStride: u32, bRows: u32, bRepeat: u32, operation: u32,
  accumulate: u32,
  aOffset: u32, bOffset: u32, scaleOffset: u32, outOffset: u32,
  scaled: u32,
}

@group(0) @binding(0) var<storage, read> a: array<Value>;
@group(0) @binding(1) var<storage, read> b: array<Value>;
@group(0) @binding(2) var<storage, read> scale: array<Value>;
@group(0) @binding(3) var<storage, read_write> out: array<Value>;
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
    case 0u: { value = a[left] + b[right]; }
    case 1u: { value = a[left] * b[right]; }

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
//# causal_conv1d.wgsl
// uses: activation order spread


struct Params {
  batch: u32, length: u32, channels: u32, width: u32, directions: u32, orders: u32, gridWidth: u32, xStride: u32,
  xStep: u32, outStride: u32, activation: u32, carry: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, orderOffset: u32, stateOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<Value>;
@group(0) @binding(5) var<storage, read_write> out: array<Value>;
@group(1) @binding(0) var<uniform> p: Params;

fn columnCount() -> u32 { return p.channels / LANES; }

fn stateAt(image: u32, direction: u32, i: u32, channel: u32) -> u32 {
  return p.stateOffset / LANES + ((image * p.directions + direction) * (p.width - 1u) + i) * columnCount() + channel;
}


fn inputAt(image: u32, direction: u32, t: u32, back: u32, channel: u32) -> Value {
  if (t >= back) {
    let row = image * p.length + tokenAt(t - back, direction);
    return x[(p.xOffset + row * p.xStride + direction * p.xStep) / LANES + channel];
  }
  if ((p.carry & 1u) != 0u) { return state[stateAt(image, direction, p.width - 1u + t - back, channel)]; }
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
//# channel_attention.wgsl
// uses: activation half reduce



struct Params {
  batch: u32, rows: u32, columns: u32, hidden: u32, xStride: u32, outStride: u32,
  xOffset: u32, squeezeOffset: u32, squeezeBiasOffset: u32, expandOffset: u32, expandBiasOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32, given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> squeeze: array<u32>;
@group(0) @binding(2) var<storage, read> squeezeBias: array<f32>;
@group(0) @binding(3) var<storage, read> expand: array<u32>;
@group(0) @binding(4) var<storage, read> expandBias: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;

fn start(first: f32) -> f32 { return 0.0; }

fn join(a: f32, b: f32) -> f32 { return a + b; }

fn result(sum: f32) -> f32 { return sum / f32(p.rows); }

fn padded(size: u32) -> u32 { return (size + 3u) / 4u * 4u; }

fn squeezeAt(at: u32) -> f32 {
  if ((p.given & 4u) != 0u) { return halvesOf(vec4u(squeeze[at / 2u] >> (16u * (at & 1u)))).x; }
  return bitcast<f32>(squeeze[at]);
}

fn expandAt(at: u32) -> f32 {
  if ((p.given & 8u) != 0u) { return halvesOf(vec4u(expand[at / 2u] >> (16u * (at & 1u)))).x; }
  return bitcast<f32>(expand[at]);
}

const UNIT_LANES: u32 = 32u;
const UNITS: u32 = 256u / UNIT_LANES;
var<workgroup> unitSums: array<f32, 256>;


const MEAN_LANES: u32 = 4u;

fn sliceSum(image: u32, slice: u32, column: u32) -> f32 {
  let at = (image * p.slices + min(slice, p.slices - 1u)) * p.columns + min(column, p.columns - 1u);
  return select(0.0, scratch[at], slice < p.slices);
}


fn joinUnit(thread: u32, value: f32) -> f32 {
  unitSums[thread] = value;
  workgroupBarrier();
  for (var half = UNIT_LANES / 2u; half > 0u; half /= 2u) {
    if (thread % UNIT_LANES < half) { unitSums[thread] += unitSums[thread + half]; }
    workgroupBarrier();
  }
  return unitSums[thread];
}

@compute @workgroup_size(256)
fn attend(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let image = group.x;
  let firstOut = p.outOffset + image * p.outStride;
  let firstUnit = p.batch * p.slices * p.columns + image * p.hidden;
  for (var first = 0u; first < p.columns; first += 256u / MEAN_LANES) {
    let column = first + thread / MEAN_LANES;
    var sum = 0.0;
    for (var i = thread % MEAN_LANES; i < p.slices; i += 4u * MEAN_LANES) {
      sum += sliceSum(image, i, column) + sliceSum(image, i + MEAN_LANES, column) +
        sliceSum(image, i + 2u * MEAN_LANES, column) + sliceSum(image, i + 3u * MEAN_LANES, column);
    }
    unitSums[thread] = sum;
    workgroupBarrier();
    if (thread % MEAN_LANES == 0u && column < p.columns) {
      out[firstOut + column] = result(unitSums[thread] + unitSums[thread + 1u] + unitSums[thread + 2u] + unitSums[thread + 3u]);
    }
    workgroupBarrier();
  }
  storageBarrier();
  for (var first = 0u; first < p.hidden; first += UNITS) {
    let unit = first + thread / UNIT_LANES;
    var sum = 0.0;
    if (unit < p.hidden) {
      for (var c = thread % UNIT_LANES; c < p.columns; c += UNIT_LANES) {
        sum = fma(squeezeAt(p.squeezeOffset + c * padded(p.hidden) + unit), out[firstOut + c], sum);
      }
    }
    sum = joinUnit(thread, sum);
    if (unit < p.hidden && thread % UNIT_LANES == 0u) {
      if ((p.given & 1u) != 0u) { sum += squeezeBias[p.squeezeBiasOffset + unit]; }
      scratch[firstUnit + unit] = activate(3u, 0.0, sum);
    }
    workgroupBarrier();
  }
  storageBarrier();
  for (var c = thread; c < p.columns; c += 256u) {
    var sum = 0.0;
    if ((p.given & 2u) != 0u) { sum = expandBias[p.expandBiasOffset + c]; }
    for (var unit = 0u; unit < p.hidden; unit++) {
      sum = fma(expandAt(p.expandOffset + unit * padded(p.columns) + c), scratch[firstUnit + unit], sum);
    }
    out[firstOut + c] = sigmoid(sum);
  }
}
//# conv2d.wgsl
// uses: activation half tile slices


struct Params {
  batch: u32, height: u32, width: u32, inChannels: u32, outChannels: u32, kernelHeight: u32, kernelWidth: u32,
  stride: u32, padding: u32, xStride: u32, outStride: u32, activation: u32, slope: f32, accumulate: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, outOffset: u32,
  outHeight: u32, outWidth: u32, given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Word>;
@group(0) @binding(1) var<storage, read> weight: array<Weights>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<Result>;
@group(1) @binding(0) var<uniform> p: Params;

var<private> firstPixel: u32;


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
//# depthwise_conv2d.wgsl
// uses: activation spread



struct Params {
  batch: u32, height: u32, width: u32, channels: u32, size: u32, dilation: u32, xStride: u32, factorStride: u32, outStride: u32,
  activation: u32, slope: f32, firstRow: u32, rowCount: u32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, factorOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> factor: array<Value>;
@group(0) @binding(4) var<storage, read_write> out: array<Value>;
@group(1) @binding(0) var<uniform> p: Params;


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
//# gather_rows.wgsl
// uses: spread half


struct Params {
  batch: u32, rows: u32, extraRows: u32, count: u32, columns: u32, xStride: u32, extraStride: u32, outStride: u32,
  packed: u32, indices: u32, accumulate: u32,
  xOffset: u32, extraOffset: u32, indexOffset: u32, throughOffset: u32, outOffset: u32,
  narrow: u32, by: u32,
}

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> extra: array<f32>;
@group(0) @binding(2) var<storage, read> index: array<u32>;
@group(0) @binding(3) var<storage, read> through: array<u32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;

fn elementAt(place: u32) -> f32 {
  let at = p.xOffset + place;
  if (p.narrow == 0u) { return bitcast<f32>(x[at]); }
  return halvesOf(vec4u(x[at / 2u] >> (16u * (at % 2u)))).x;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let number = spread(group, groups, lane);
  if (number >= p.batch * p.count * p.columns) { return; }
  let column = number % p.columns;
  let i = number / p.columns % p.count;
  let image = number / p.columns / p.count;
  var place = i;
  if (p.by != 0u) { place = through[p.throughOffset + i]; }
  let row = index[p.indexOffset + min(place, p.indices - 1u)];
  var value: f32;
  if (place >= p.indices) {
    value = 0.0;
  } else if (row < p.rows) {
    let plain = (image * p.rows + row) * p.xStride + column;
    value = elementAt(select(plain, column * ((p.rows + 3u) & ~3u) + row, p.packed != 0u));
  } else if (row - p.rows < p.extraRows) {
    value = extra[p.extraOffset + (row - p.rows) * p.extraStride + column];
  }
  let at = p.outOffset + (image * p.count + i) * p.outStride + column;
  if (p.accumulate != 0u) { value += out[at]; }
  out[at] = value;
}
//# layer_norm.wgsl
// uses: activation norm

struct Params {
  rows: u32, columns: u32, epsilon: f32, xStride: u32, residualStride: u32, gateStride: u32, outStride: u32,
  xOffset: u32, residualOffset: u32, weightOffset: u32, biasOffset: u32, gateOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> residual: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> bias: array<Value>;
@group(0) @binding(4) var<storage, read> gate: array<Value>;
@group(0) @binding(5) var<storage, read_write> out: array<Value>;
@group(1) @binding(0) var<uniform> p: Params;

fn biasAt(column: u32) -> Value {
  if (HAS_BIAS) { return bias[p.biasOffset / LANES + column]; }
  return Value();
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  normalise(group.y * groups.x + group.x, lane, true);
}
//# linear.wgsl
// uses: activation half tile slices



struct Params {
  rows: u32, inner: u32, outer: u32, groups: u32, xStride: u32, outStride: u32, activation: u32, slope: f32,
  accumulate: u32, norm: u32, epsilon: f32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, normWeightOffset: u32, normBiasOffset: u32,
  outOffset: u32,
  given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Word>;
@group(0) @binding(1) var<storage, read> weight: array<Weights>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> scale: array<f32>;
@group(0) @binding(4) var<storage, read> normWeight: array<vec4f>;
@group(0) @binding(5) var<storage, read> normBias: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<Result>;
@group(1) @binding(0) var<uniform> p: Params;

var<private> tileRow: u32;
var<private> productGroup: u32;
var<private> starts: vec4u;

var<private> means: vec4f;
var<private> factors: vec4f;
var<private> powers: vec4f;

fn outerQuads() -> u32 { return (p.outer + 3u) / 4u; }


fn enterTile(group: vec3u, groups: vec3u) -> u32 {
  tileRow = (group.z * groups.y + group.y) * TILE_M;
  if (!GROUPED) { return group.x * (TILE_N / 4u); }
  let across = (p.outer + TILE_N - 1u) / TILE_N;
  productGroup = group.x / across;
  weightStart = productGroup * p.inner * outerQuads();
  return group.x % across * (TILE_N / 4u);
}


fn enterRows(m: u32) {
  let rows = min(vec4u(tileRow + m) + vec4u(0u, 1u, 2u, 3u), vec4u(p.rows - 1u));
  starts = vec4u(p.xOffset + productGroup * p.inner) + rows * p.xStride;
}

fn rawQuad(i: u32, j: u32) -> vec4f { return inputRun(starts[i] + j, j, 0u, p.inner); }

fn rawRows(j: u32) -> mat4x4f { return mat4x4f(rawQuad(0u, j), rawQuad(1u, j), rawQuad(2u, j), rawQuad(3u, j)); }


fn centredRows(j: u32) -> mat4x4f {
  let inside = vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner);
  let rows = rawRows(j);
  return mat4x4f(
    select(vec4f(), rows[0] - means[0], inside), select(vec4f(), rows[1] - means[1], inside),
    select(vec4f(), rows[2] - means[2], inside), select(vec4f(), rows[3] - means[3], inside),
  );
}

fn squaresOf(rows: mat4x4f) -> vec4f {
  return vec4f(dot(rows[0], rows[0]), dot(rows[1], rows[1]), dot(rows[2], rows[2]), dot(rows[3], rows[3]));
}

fn factorsOf(sums: vec4f) -> vec4f { return 1.0 / sqrt(sums / f32(p.inner) + p.epsilon); }


fn centredQuad(start: u32, j: u32, mean: f32) -> vec4f {
  if (WHOLE) { return select(vec4f(), insideRun(start, j) - mean, j < p.inner); }
  let inside = vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner);
  return select(vec4f(), insideRun(start, j) - mean, inside);
}

fn fourParts(turn: u32, first: u32) -> f32 {
  return partAt(turn, first) + partAt(turn, first + 1u) + partAt(turn, first + 2u) + partAt(turn, first + 3u);
}


fn joinRow(turn: u32, thread: u32, values: vec4f) -> f32 {
  keepPart(turn, thread, dot(values, vec4f(1.0)));
  workgroupBarrier();
  let first = thread / ROW_LANES * ROW_LANES;
  if (ROW_LANES < 4u) { return partAt(turn, first) + partAt(turn, first + 1u); }
  var sum = fourParts(turn, first);
  if (ROW_LANES > 4u) { sum += fourParts(turn, first + 4u); }
  if (ROW_LANES > 8u) { sum += fourParts(turn, first + 8u) + fourParts(turn, first + 12u); }
  return sum;
}




fn prepareRows(thread: u32, m: u32) {
  if (NORM != 2u) { return; }
  let start = p.xOffset + productGroup * p.inner + min(tileRow + thread / ROW_LANES, p.rows - 1u) * p.xStride;
  let first = 4u * (thread % ROW_LANES);
  let step = 4u * ROW_LANES;
  var sums = vec4f();
  for (var j = first; j < p.inner; j += 4u * step) {
    sums += centredQuad(start, j, 0.0) + centredQuad(start, j + step, 0.0) +
      centredQuad(start, j + 2u * step, 0.0) + centredQuad(start, j + 3u * step, 0.0);
  }
  let mean = joinRow(0u, thread, sums) / f32(p.inner);
  var squares = vec4f();
  for (var j = first; j < p.inner; j += 4u * step) {
    let a = centredQuad(start, j, mean);
    let b = centredQuad(start, j + step, mean);
    let c = centredQuad(start, j + 2u * step, mean);
    let d = centredQuad(start, j + 3u * step, mean);
    squares += a * a + b * b + c * c + d * d;
  }
  let factor = 1.0 / sqrt(joinRow(1u, thread, squares) / f32(p.inner) + p.epsilon);
  workgroupBarrier();
  keepPart(0u, thread, mean);
  keepPart(1u, thread, factor);
  workgroupBarrier();
  let row = min(m, TILE_M - 4u) * ROW_LANES;
  means = vec4f(partAt(0u, row), partAt(0u, row + ROW_LANES), partAt(0u, row + 2u * ROW_LANES), partAt(0u, row + 3u * ROW_LANES));
  factors = vec4f(partAt(1u, row), partAt(1u, row + ROW_LANES), partAt(1u, row + 2u * ROW_LANES), partAt(1u, row + 3u * ROW_LANES));
  workgroupBarrier();
}


fn normOne(at: u32) -> f32 { return normWeight[at / 4u][at % 4u]; }

fn normBiasOne(at: u32) -> f32 { return normBias[at / 4u][at % 4u]; }

fn normWeightQuad(j: u32) -> vec4f {
  let at = p.normWeightOffset + productGroup * p.inner + j;
  if (WHOLE) { return select(vec4f(), normWeight[at / 4u], j < p.inner); }
  let inside = vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner);
  return select(vec4f(), vec4f(normOne(at), normOne(at + 1u), normOne(at + 2u), normOne(at + 3u)), inside);
}

fn normBiasQuad(j: u32) -> vec4f {
  if ((p.given & 4u) == 0u) { return vec4f(); }
  let at = p.normBiasOffset + productGroup * p.inner + j;
  if (WHOLE) { return select(vec4f(), normBias[at / 4u], j < p.inner); }
  let inside = vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner);
  let values = vec4f(normBiasOne(at), normBiasOne(at + 1u), normBiasOne(at + 2u), normBiasOne(at + 3u));
  return select(vec4f(), values, inside);
}


fn normed(rows: mat4x4f, j: u32) -> mat4x4f {
  let scales = normWeightQuad(j);
  if (NORM == 1u) {
    powers += squaresOf(rows);
    return mat4x4f(rows[0] * scales, rows[1] * scales, rows[2] * scales, rows[3] * scales);
  }
  let shifts = normBiasQuad(j);
  return mat4x4f(
    fma(rows[0] * factors[0], scales, shifts), fma(rows[1] * factors[1], scales, shifts),
    fma(rows[2] * factors[2], scales, shifts), fma(rows[3] * factors[3], scales, shifts),
  );
}

fn inputRows(tap: u32, j: u32) -> mat4x4f {
  if (NORM == 0u) { return rawRows(j); }
  if (NORM == 1u) { return normed(rawRows(j), j); }
  return normed(centredRows(j), j);
}

const PAIRS: bool = WHOLE;

fn insideRows(tap: u32, j: u32) -> mat4x4f {
  let rows = mat4x4f(
    insideRun(starts[0], j), insideRun(starts[1], j), insideRun(starts[2], j), insideRun(starts[3], j),
  );
  if (NORM == 0u) { return rows; }
  if (NORM == 1u) { return normed(rows, j); }
  return normed(mat4x4f(rows[0] - means[0], rows[1] - means[1], rows[2] - means[2], rows[3] - means[3]), j);
}

fn scaleRows(sums: mat4x4f, by: vec4f) -> mat4x4f {
  return mat4x4f(sums[0] * by[0], sums[1] * by[1], sums[2] * by[2], sums[3] * by[3]);
}

fn finishTile(thread: u32, m: u32, sums: Sums) -> Sums {
  if (NORM != 1u) { return sums; }
  let mine = factorsOf(joinRows(thread, powers));
  if (thread < INPUT_BLOCKS && thread % (TILE_K / 4u) == 0u) { inputTile[thread / (TILE_K / 4u)] = mine; }
  workgroupBarrier();
  let upper = inputTile[m];
  var next = sums;
  next.a = scaleRows(sums.a, upper);
  if (WIDE) { next.b = scaleRows(sums.b, upper); }
  if (TALL) {
    let lower = inputTile[m + THREAD_ROWS];
    next.c = scaleRows(sums.c, lower);
    if (WIDE) { next.d = scaleRows(sums.d, lower); }
  }
  return next;
}


fn sliceFactors(thread: u32) -> vec4f {
  if (NORM != 1u) { return vec4f(1.0); }
  return factorsOf(joinRows(thread, powers));
}

fn storeRow(row: u32, column: u32, sums: vec4f) {
  if (row >= p.rows || column >= p.outer) { return; }
  let channel = productGroup * p.outer + column;
  storeQuad(p.outOffset + row * p.outStride + channel, channel, sums, p.outer - column);
}

@compute @workgroup_size(TILE_THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let quad = enterTile(group, groups);
  let sums = multiplyTile(thread, quad, 1u, p.inner, outerQuads());
  storeTile(thread, tileRow, 4u * quad, sums);
}

@compute @workgroup_size(256)
fn split(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let quad = enterTile(group, groups);
  multiplySlices(thread, quad, 1u, p.inner, outerQuads());
  storeSlices(thread, tileRow, 4u * quad);
}
//# max_rows.wgsl
// uses: reduce

struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;


fn start(first: f32) -> f32 { return first; }


fn isNan(a: f32) -> bool { return (bitcast<u32>(a) & 0x7fffffffu) > 0x7f800000u; }

fn join(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  return max(a, b);
}

fn result(largest: f32) -> f32 { return largest; }
//# mean_rows.wgsl
// uses: reduce

struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(0) @binding(2) var<storage, read_write> scratch: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;

fn start(first: f32) -> f32 { return 0.0; }

fn join(a: f32, b: f32) -> f32 { return a + b; }

fn result(sum: f32) -> f32 { return sum / f32(p.rows); }
//# pixel_shuffle.wgsl
// uses: spread

struct Params {
  batch: u32, height: u32, width: u32, channels: u32, scale: u32, inverse: u32, xStride: u32, outStride: u32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
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
//# rms_norm.wgsl
// uses: activation norm

struct Params {
  rows: u32, columns: u32, epsilon: f32, xStride: u32, residualStride: u32, gateStride: u32, outStride: u32,
  xOffset: u32, residualOffset: u32, weightOffset: u32, gateOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> residual: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> gate: array<Value>;
@group(0) @binding(4) var<storage, read_write> out: array<Value>;
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
//# sample.wgsl

struct Params {
  rows: u32, columns: u32, xStride: u32, outStride: u32, temperature: f32, topK: u32, topP: f32, seed: u32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@group(1) @binding(0) var<uniform> p: Params;

var<workgroup> keys: array<u32, 256>;
var<workgroup> indices: array<u32, 256>;
var<workgroup> counts: array<u32, 256>;
var<workgroup> masses: array<f32, 256>;


fn mixed(given: u32) -> u32 {
  var h = (given ^ (given >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}


fn gumbel(row: u32, index: u32) -> f32 {
  let hash = mixed(mixed(index ^ mixed(p.seed + row * 0x9e3779b9u)));
  let u = (f32(hash >> 9u) + 0.5) / 8388608.0;
  let series = u * (1.0 + u * (0.5 + u * (0.33333333 + u * (0.25 + u * 0.2))));
  return -log(select(-log(1.0 - u), series, u < 0.03125));
}


fn keyOf(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0u; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn valueAt(row: u32, i: u32) -> f32 { return x[p.xOffset + row * p.xStride + i]; }


fn countOf(row: u32, lane: u32, lowest: u32) -> u32 {
  var count = 0u;
  for (var i = lane; i < p.columns; i += 256u) { count += select(0u, 1u, keyOf(valueAt(row, i)) >= lowest); }
  workgroupBarrier();
  counts[lane] = count;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { counts[lane] += counts[lane + half]; }
  }
  return workgroupUniformLoad(&counts[0]);
}


fn massOf(row: u32, lane: u32, lowest: u32, top: f32) -> f32 {
  var mass = 0.0;
  for (var i = lane; i < p.columns; i += 256u) {
    let value = valueAt(row, i);
    if (keyOf(value) >= lowest) { mass += exp(max((value - top) / p.temperature, -100.0)); }
  }
  workgroupBarrier();
  masses[lane] = mass;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { masses[lane] += masses[lane + half]; }
  }
  return workgroupUniformLoad(&masses[0]);
}


fn largestOf(lane: u32, key: u32, index: u32) -> vec2u {
  workgroupBarrier();
  keys[lane] = key;
  indices[lane] = index;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = keys[lane + half];
      if (other > keys[lane] || (other == keys[lane] && indices[lane + half] < indices[lane])) {
        keys[lane] = other;
        indices[lane] = indices[lane + half];
      }
    }
  }
  let largest = workgroupUniformLoad(&keys[0]);
  return vec2u(largest, workgroupUniformLoad(&indices[0]));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var lowest = 1u;
  if (p.temperature > 0.0) {
    if (p.topK > 0u && p.topK < p.columns) {
      var found = 0u;
      for (var bit = 32u; bit > 0u; bit--) {
        let tried = found | (1u << (bit - 1u));
        if (countOf(row, lane, tried) >= p.topK) { found = tried; }
      }
      lowest = max(1u, found);
    }
    if (p.topP < 1.0) {
      var key = 0u;
      var index = 0xffffffffu;
      for (var i = lane; i < p.columns; i += 256u) {
        let mine = keyOf(valueAt(row, i));
        if (mine > key) { key = mine; index = i; }
      }
      let place = largestOf(lane, key, index);
      let top = valueAt(row, min(place.y, p.columns - 1u));
      let wanted = p.topP * massOf(row, lane, lowest, top);
      var found = 0u;
      for (var bit = 32u; bit > 0u; bit--) {
        let tried = found | (1u << (bit - 1u));
        if (massOf(row, lane, max(tried, lowest), top) >= wanted) { found = tried; }
      }
      lowest = max(lowest, found);
    }
  }
  var best = 0u;
  var at = 0xffffffffu;
  for (var i = lane; i < p.columns; i += 256u) {
    let value = valueAt(row, i);
    if (keyOf(value) < lowest) { continue; }
    var score = value;
    if (p.temperature > 0.0) { score = value / p.temperature + gumbel(row, i); }
    let key = keyOf(score);
    if (key > best) { best = key; at = i; }
  }
  let place = largestOf(lane, best, at);
  if (lane == 0u) { out[p.outOffset + row * p.outStride] = select(f32(place.y), -1.0, place.x == 0u); }
}
//# selective_scan.wgsl
// uses: activation order scan_step scan_stride scan_local scan_cross scan_fed










struct Params {
  batch: u32, length: u32, channels: u32, stateSize: u32, rank: u32, groups: u32, directions: u32, orders: u32,
  gridWidth: u32, softplus: u32, uStride: u32, uStep: u32, projectionStride: u32, projectionStep: u32, zStride: u32,
  outStride: u32, accumulate: u32, carry: u32, firstStep: u32, stepCount: u32,
  uOffset: u32, projectionOffset: u32, constantsOffset: u32, zOffset: u32, orderOffset: u32, stateOffset: u32,
  outOffset: u32,
  segments: u32, segmentLength: u32, mirrored: u32, walked: u32, add: u32, firstImage: u32,
}

@group(0) @binding(0) var<storage, read> u: array<f32>;
@group(0) @binding(1) var<storage, read> projection: array<Word>;
@group(0) @binding(2) var<storage, read> constants: array<vec4f>;
@group(0) @binding(3) var<storage, read> z: array<f32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> scratch: array<vec4f>;
@group(1) @binding(0) var<uniform> p: Params;

const QUADS: u32 = (STATE + 3u) / 4u;
const BLOCKS: u32 = (QUADS + 3u) / 4u;
const RANK_QUADS: u32 = (RANK + 3u) / 4u;
const CONSTANT_QUADS: u32 = QUADS + 1u + RANK_QUADS;
const INDICES = vec4u(0u, 1u, 2u, 3u);


struct Chain { image: u32, direction: u32, channel: u32, group: u32 }

struct Quads { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

struct Steps { first: u32, end: u32 }


fn imageOf(place: vec3u) -> u32 { return p.firstImage + place.z; }

fn chainOf(image: u32, direction: u32, channel: u32) -> Chain {
  return Chain(image, direction, channel, channel * p.groups / p.channels);
}

fn constantQuad(chain: Chain, quad: u32) -> vec4f {
  return constants[(chain.direction * CONSTANT_QUADS + quad) * p.channels + chain.channel];
}

fn scratchAt(chain: Chain, segment: u32, quad: u32) -> u32 {
  return (((chain.image * p.directions + chain.direction) * p.segments + segment) * (QUADS + 1u) + quad) * p.channels +
    chain.channel;
}

fn stateAt(chain: Chain) -> u32 {
  return p.stateOffset + ((chain.image * p.directions + chain.direction) * p.channels + chain.channel) * STATE;
}


fn keep(values: vec4f, first: u32, size: u32) -> vec4f {
  return select(vec4f(), values, vec4u(first) + INDICES < vec4u(size));
}

fn isMirrored(direction: u32) -> bool { return ((p.mirrored >> direction) & 1u) == 1u; }

fn stepsOf(direction: u32, segment: u32) -> Steps {
  let begin = min(segment * p.segmentLength, p.stepCount);
  let finish = min(begin + p.segmentLength, p.stepCount);
  if (isMirrored(direction)) { return Steps(p.stepCount - finish, p.stepCount - begin); }
  return Steps(p.firstStep + begin, p.firstStep + finish);
}

fn loadState(chain: Chain, quad: u32) -> vec4f {
  var values = vec4f();
  if (quad >= QUADS || (p.carry & 1u) == 0u) { return values; }
  let at = stateAt(chain) + 4u * quad;
  for (var i = 0u; i < min(4u, STATE - 4u * quad); i++) { values[i] = state[at + i]; }
  return values;
}

fn storeState(chain: Chain, quad: u32, values: vec4f) {
  if (quad >= QUADS) { return; }
  let at = stateAt(chain) + 4u * quad;
  var copy = values;
  for (var i = 0u; i < min(4u, STATE - 4u * quad); i++) { state[at + i] = copy[i]; }
}

@compute @workgroup_size(WORKGROUP)
fn summarise(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let number = place.x * WORKGROUP + lane;
  let segment = number / p.channels;
  if (segment >= p.segments) { return; }
  let chain = chainOf(imageOf(place), place.y, number % p.channels);
  let steps = stepsOf(chain.direction, segment);
  let bias = constantQuad(chain, QUADS).y;
  for (var block = 0u; block < BLOCKS; block++) {
    let a = loadA(chain, block);
    var h = Quads();
    var elapsed = 0.0;
    var index = tokenAt(steps.first, chain.direction);
    var ahead = tokenOf(chain, block, index, false);
    for (var step = steps.first; step < steps.end; step++) {
      let token = ahead;
      index = tokenAfter(index, step + 1u, chain.direction);
      ahead = tokenOf(chain, block, index, false);
      let delta = deltaOf(chain, token, bias);
      elapsed += delta;
      h = advanceAll(h, a, block, delta, delta * token.input, token.b);
    }
    storeSummary(chain, segment, 4u * block, h.a);
    storeSummary(chain, segment, 4u * block + 1u, h.b);
    storeSummary(chain, segment, 4u * block + 2u, h.c);
    storeSummary(chain, segment, 4u * block + 3u, h.d);
    if (block == 0u) { scratch[scratchAt(chain, segment, QUADS)] = vec4f(elapsed, 0.0, 0.0, 0.0); }
  }
}

const COMBINE_CHANNELS: u32 = 4u;
const COMBINE_LANES: u32 = 256u / COMBINE_CHANNELS;
var<workgroup> runDecay: array<vec4f, 256>;
var<workgroup> runState: array<vec4f, 256>;


fn segmentAt(i: u32, backwards: bool) -> u32 { return select(i, p.segments - 1u - i, backwards); }


struct Passage { elapsed: f32, leaves: vec4f, at: u32 }

fn passageOf(chain: Chain, quad: u32, i: u32, end: u32, backwards: bool) -> Passage {
  if (i >= end) { return Passage(0.0, vec4f(), 0u); }
  let segment = segmentAt(i, backwards);
  let at = scratchAt(chain, segment, quad);
  return Passage(scratch[scratchAt(chain, segment, QUADS)].x, scratch[at], at);
}



@compute @workgroup_size(256)
fn combine(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let quad = place.x % QUADS;
  let channel = place.x / QUADS * COMBINE_CHANNELS + lane % COMBINE_CHANNELS;
  let exists = channel < p.channels;
  let chain = chainOf(imageOf(place), place.y, min(channel, p.channels - 1u));
  let a = constantQuad(chain, quad);
  let perLane = (p.segments + COMBINE_LANES - 1u) / COMBINE_LANES;
  let run = lane / COMBINE_CHANNELS;
  let first = min(run * perLane, p.segments);
  let end = min(first + perLane, p.segments);
  let backwards = isMirrored(chain.direction);

  var elapsed = 0.0;
  var h = vec4f();
  for (var i = first; i < end; i += 4u) {
    let s0 = passageOf(chain, quad, i, end, backwards);
    let s1 = passageOf(chain, quad, i + 1u, end, backwards);
    let s2 = passageOf(chain, quad, i + 2u, end, backwards);
    let s3 = passageOf(chain, quad, i + 3u, end, backwards);
    h = fma(exp2(s0.elapsed * a), h, s0.leaves);
    h = fma(exp2(s1.elapsed * a), h, s1.leaves);
    h = fma(exp2(s2.elapsed * a), h, s2.leaves);
    h = fma(exp2(s3.elapsed * a), h, s3.leaves);
    elapsed += s0.elapsed + s1.elapsed + s2.elapsed + s3.elapsed;
  }
  runDecay[lane] = exp2(elapsed * a);
  runState[lane] = h;
  workgroupBarrier();

  h = loadState(chain, quad);
  for (var i = 0u; i < min(run, (p.segments + perLane - 1u) / perLane); i++) {
    let other = i * COMBINE_CHANNELS + lane % COMBINE_CHANNELS;
    h = fma(runDecay[other], h, runState[other]);
  }
  for (var i = first; i < end; i += 4u) {
    let s0 = passageOf(chain, quad, i, end, backwards);
    let s1 = passageOf(chain, quad, i + 1u, end, backwards);
    let s2 = passageOf(chain, quad, i + 2u, end, backwards);
    let s3 = passageOf(chain, quad, i + 3u, end, backwards);
    if (exists) { scratch[s0.at] = h; }
    h = fma(exp2(s0.elapsed * a), h, s0.leaves);
    if (exists && i + 1u < end) { scratch[s1.at] = h; }
    h = fma(exp2(s1.elapsed * a), h, s1.leaves);
    if (exists && i + 2u < end) { scratch[s2.at] = h; }
    h = fma(exp2(s2.elapsed * a), h, s2.leaves);
    if (exists && i + 3u < end) { scratch[s3.at] = h; }
    h = fma(exp2(s3.elapsed * a), h, s3.leaves);
  }
  if ((p.carry & 2u) != 0u && exists && run == COMBINE_LANES - 1u) { storeState(chain, quad, h); }
}

fn walk(chain: Chain, segment: u32, block: u32, add: bool) {
  let steps = stepsOf(chain.direction, segment);
  let a = loadA(chain, block);
  let skipAndBias = constantQuad(chain, QUADS);
  let skip = select(0.0, skipAndBias.x, block == 0u);
  var h = Quads(
    loadEntry(chain, segment, 4u * block),
    loadEntry(chain, segment, 4u * block + 1u),
    loadEntry(chain, segment, 4u * block + 2u),
    loadEntry(chain, segment, 4u * block + 3u),
  );
  var index = tokenAt(steps.first, chain.direction);
  var ahead = tokenOf(chain, block, index, true);
  for (var step = steps.first; step < steps.end; step++) {
    let token = ahead;
    index = tokenAfter(index, step + 1u, chain.direction);
    ahead = tokenOf(chain, block, index, true);
    let delta = deltaOf(chain, token, skipAndBias.y);
    h = advanceAll(h, a, block, delta, delta * token.input, token.b);
    var y = skip * token.input + readAll(h, block, token.c);
    if (HAS_Z) { y *= silu(token.gate); }
    let at = p.outOffset + token.place * p.outStride + chain.channel;
    if (add) { y += out[at]; }
    out[at] = y;
  }
  if ((p.carry & 2u) != 0u && p.segments == 1u) {
    storeState(chain, 4u * block, h.a);
    storeState(chain, 4u * block + 1u, h.b);
    storeState(chain, 4u * block + 2u, h.c);
    storeState(chain, 4u * block + 3u, h.d);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let number = place.x * WORKGROUP + lane;
  let segment = number / p.channels;
  if (segment >= p.segments) { return; }
  var add = p.add != 0u;
  for (var direction = 0u; direction < p.directions; direction++) {
    if (((p.walked >> direction) & 1u) == 0u) { continue; }
    let chain = chainOf(imageOf(place), direction, number % p.channels);
    for (var block = 0u; block < BLOCKS; block++) {
      walk(chain, segment, block, add);
      add = true;
    }
  }
}


@compute @workgroup_size(64)
fn clear(
  @builtin(workgroup_id) place: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let number = (place.y * groups.x + place.x) * 64u + lane;
  if (number >= p.length * p.channels) { return; }
  out[p.outOffset + (imageOf(place) * p.length + number / p.channels) * p.outStride + number % p.channels] = 0.0;
}
//# sort.wgsl



struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, noiseStride: u32, outStride: u32, random: u32, seed: u32,
  xOffset: u32, noiseOffset: u32, outOffset: u32,
  blocks: u32, given: u32, begun: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<u32>;
@group(0) @binding(3) var<storage, read_write> scratch: array<u32>;
@group(1) @binding(0) var<uniform> p: Params;

fn mixBits(x: u32) -> u32 {
  let a = (x ^ (x >> 16u)) * 0x85ebca6bu;
  let b = (a ^ (a >> 13u)) * 0xc2b2ae35u;
  return b ^ (b >> 16u);
}

fn gumbel(i: u32) -> f32 {
  return -log(-log((f32(mixBits(i ^ p.seed) >> 9u) + 0.5) / 8388608.0));
}


fn classesOf(image: u32) -> u32 { return p.outOffset + (3u * image + 2u) * p.outStride; }

const LANES: u32 = 4u;
var<workgroup> best: array<f32, 64u * LANES>;
var<workgroup> chosen: array<u32, 64u * LANES>;
var<workgroup> classes: array<u32, 64>;

fn valueAt(row: u32, c: u32) -> f32 {
  var value = x[p.xOffset + row * p.xStride + c];
  if (p.given != 0u) { value += noise[p.noiseOffset + row * p.noiseStride + c]; }
  if (p.random != 0u) { value += gumbel(row * p.columns + c); }
  return value;
}


fn sameClass(i: u32, c: u32) -> vec4u {
  return select(vec4u(), vec4u(1u), vec4u(classes[i], classes[i + 1u], classes[i + 2u], classes[i + 3u]) == vec4u(c));
}

@compute @workgroup_size(64u * LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.x * 64u + thread / LANES;
  var largest = -3.4028234e38;
  var column = 0u;
  if (row < p.rows) {

    for (var c = thread % LANES; c < p.columns; c += 4u * LANES) {
      let columns = vec4u(c) + LANES * vec4u(0u, 1u, 2u, 3u);
      let at = group.y * p.rows + row;
      let last = p.columns - 1u;
      let values = vec4f(
        valueAt(at, columns.x), valueAt(at, min(columns.y, last)), valueAt(at, min(columns.z, last)),
        valueAt(at, min(columns.w, last)),
      );
      if (values.x > largest) { largest = values.x; column = columns.x; }
      if (values.y > largest && columns.y <= last) { largest = values.y; column = columns.y; }
      if (values.z > largest && columns.z <= last) { largest = values.z; column = columns.z; }
      if (values.w > largest && columns.w <= last) { largest = values.w; column = columns.w; }
    }
  }
  best[thread] = largest;
  chosen[thread] = column;
  workgroupBarrier();
  if (thread < 64u) {

    largest = best[thread * LANES];
    column = chosen[thread * LANES];
    for (var i = thread * LANES + 1u; i < (thread + 1u) * LANES; i++) {
      if (best[i] > largest || (best[i] == largest && chosen[i] < column)) {
        largest = best[i];
        column = chosen[i];
      }
    }
    let at = group.x * 64u + thread;
    classes[thread] = select(p.columns, column, at < p.rows);
    if (at < p.rows) { out[classesOf(group.y) + at] = column; }
  }
  workgroupBarrier();
  for (var c = thread; c < p.columns; c += 64u * LANES) {
    var sum = vec4u();
    for (var i = 0u; i < 64u; i += 8u) { sum += sameClass(i, c) + sameClass(i + 4u, c); }
    scratch[(group.y * p.blocks + group.x) * p.columns + c] = sum.x + sum.y + sum.z + sum.w;
  }
}

var<workgroup> sums: array<u32, 256>;


fn sumBefore(thread: u32, value: u32) -> u32 {
  sums[thread] = value;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    var before = 0u;
    if (thread >= step) { before = sums[thread - step]; }
    workgroupBarrier();
    sums[thread] += before;
    workgroupBarrier();
  }
  return sums[thread] - value;
}


fn countAt(image: u32, i: u32) -> u32 { return (image * p.blocks + i % p.blocks) * p.columns + i / p.blocks; }

@compute @workgroup_size(256)
fn begin(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let total = p.columns * p.blocks;
  let run = (total + 255u) / 256u;
  let first = thread * run;
  var sum = 0u;
  for (var i = first; i < min(total, first + run); i++) { sum += scratch[countAt(group.x, i)]; }
  var place = sumBefore(thread, sum);
  for (var i = first; i < min(total, first + run); i++) {
    let here = scratch[countAt(group.x, i)];
    scratch[countAt(group.x, i)] = place;
    place += here;
  }
}


struct Counts { total: u32, before: u32 }

fn addCount(counts: Counts, image: u32, other: u32, class_: u32, block: u32) -> Counts {
  let at = (image * p.blocks + min(other, p.blocks - 1u)) * p.columns + min(class_, p.columns - 1u);
  let count = select(0u, scratch[at], other < p.blocks && class_ < p.columns);
  return Counts(counts.total + count, counts.before + select(0u, count, other < block));
}

var<workgroup> befores: array<u32, 256>;
var<workgroup> firsts: array<u32, 256>;



fn findFirsts(image: u32, block: u32, thread: u32) {
  let shares = select(1u, 4u, p.columns <= 64u);
  let wide = 256u / shares;
  let class_ = thread % wide;
  var counts = Counts();
  for (var other = thread / wide; other < p.blocks; other += 4u * shares) {
    counts = addCount(counts, image, other, class_, block);
    counts = addCount(counts, image, other + shares, class_, block);
    counts = addCount(counts, image, other + 2u * shares, class_, block);
    counts = addCount(counts, image, other + 3u * shares, class_, block);
  }
  sums[thread] = counts.total;
  befores[thread] = counts.before;
  workgroupBarrier();
  var total = 0u;
  var before = 0u;
  for (var i = 0u; i < shares; i++) {
    total += select(0u, sums[i * wide + class_], thread < wide);
    before += befores[i * wide + class_];
  }
  workgroupBarrier();
  firsts[thread] = sumBefore(thread, total) + before;
}

@compute @workgroup_size(256)
fn place(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.x * 64u + thread;
  let exists = thread < 64u && row < p.rows;
  var class_ = p.columns;
  if (exists) { class_ = out[classesOf(group.y) + row]; }
  if (thread < 64u) { classes[thread] = class_; }
  if (p.begun == 0u) { findFirsts(group.y, group.x, thread); }
  workgroupBarrier();
  if (!exists) { return; }
  var at = firsts[min(class_, 255u)];
  if (p.begun != 0u) { at = scratch[(group.y * p.blocks + group.x) * p.columns + class_]; }
  for (var i = 0u; i < thread; i += 4u) {
    let before = vec4u(i) + vec4u(0u, 1u, 2u, 3u) < vec4u(thread);
    let same = select(vec4u(), sameClass(i, class_), before);
    at += same.x + same.y + same.z + same.w;
  }
  let order = p.outOffset + 3u * group.y * p.outStride;
  out[order + at] = row;
  out[order + p.outStride + row] = at;
}
//# unary.wgsl
// uses: activation spread

struct Params {
  rows: u32, columns: u32, xStride: u32, outStride: u32, activation: u32, slope: f32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> out: array<Value>;
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
  out[(p.outOffset + row * p.outStride) / LANES + column] =
    activateAll(p.activation, p.slope, x[(p.xOffset + row * p.xStride) / LANES + column]);
}
//# shared/activation.wgsl




fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn sigmoid(x: f32) -> f32 {
  return select(1.0 / (1.0 + exp(-x)), x, isNan(x));
}


fn silu(x: f32) -> f32 {
  if (x < -60.0) { return select(x * exp(x + 40.0) * 4.2483543e-18, 0.0, x < -88.0); }
  return x / (1.0 + exp(-x));
}


fn erfc(z: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * z);
  let series = 0.17087277 * t - 0.82215223;
  let fit = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * series)))))));
  return t * exp(fit - z * z);
}


fn gelu(x: f32) -> f32 {
  if (abs(x) > 14.0) { return max(x, 0.0); }
  let tail = 0.5 * x * erfc(abs(x) * 0.70710678);
  return select(tail, x - tail, x > 0.0);
}


fn softplus(x: f32) -> f32 {
  if (x > 20.0 || isNan(x)) { return x; }
  let e = exp(-abs(x));
  let s = e / (2.0 + e);
  let q = s * s;
  let series = 1.0 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * (0.090909091 +
    q * (0.076923077 + q * 0.066666667))))));
  return select(0.0, x, x > 0.0) + 2.0 * s * series;
}

fn activate(code: u32, slope: f32, x: f32) -> f32 {
  switch code {
    case 1u: { return silu(x); }
    case 2u: { return gelu(x); }
    case 3u: { return select(x, 0.0, x < 0.0); }
    case 4u: { return select(x, slope * x, x < 0.0); }
    case 5u: { return sigmoid(x); }
    default: { return x; }
  }
}
//# shared/half.wgsl


fn halvesOf(words: vec4u) -> vec4f {
  let magnitude = (words & vec4u(0x7fffu)) << vec4u(13u);
  let normal = bitcast<vec4f>(magnitude + vec4u(112u << 23u));
  let tiny = bitcast<vec4f>(magnitude + vec4u(113u << 23u)) - vec4f(6.103515625e-5);
  let value = select(normal, tiny, magnitude < vec4u(1u << 23u));
  return select(value, -value, (words & vec4u(0x8000u)) != vec4u(0u));
}
//# shared/input_1.wgsl

alias Word = f32;


fn inputRun(at: u32, j: u32, first: u32, end: u32) -> vec4f {
  let places = vec4u(j) + vec4u(0u, 1u, 2u, 3u);
  let values = vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
  return select(vec4f(), values, (places >= vec4u(first)) & (places < vec4u(end)));
}

fn inputOne(at: u32, j: u32, first: u32, end: u32) -> f32 { return select(0.0, x[at], j >= first && j < end); }


const WHOLE: bool = false;


fn insideRun(start: u32, j: u32) -> vec4f {
  let at = start + j;
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}
//# shared/input_4.wgsl

alias Word = vec4f;

fn inputRun(at: u32, j: u32, first: u32, end: u32) -> vec4f {
  return select(vec4f(), x[at / 4u], j >= first && j < end);
}

fn inputOne(at: u32, j: u32, first: u32, end: u32) -> f32 { return select(0.0, x[at / 4u][at % 4u], j >= first && j < end); }


const WHOLE: bool = true;


fn insideRun(start: u32, j: u32) -> vec4f { return x[start / 4u + j / 4u]; }
//# shared/join_0.wgsl

const ROW_LANES: u32 = 1u;

fn keepPart(turn: u32, thread: u32, value: f32) {}

fn partAt(turn: u32, thread: u32) -> f32 { return 0.0; }

fn joinRows(thread: u32, values: vec4f) -> vec4f { return values; }
//# shared/join_1.wgsl

const ROW_LANES: u32 = TILE_THREADS / TILE_M;

fn keepPart(turn: u32, thread: u32, value: f32) {
  if (turn == 0u) {
    inputTile[thread].x = value;
  } else {
    weightTile[thread].x = value;
  }
}

fn partAt(turn: u32, thread: u32) -> f32 {
  if (turn == 0u) { return inputTile[thread].x; }
  return weightTile[thread].x;
}


fn joinRows(thread: u32, values: vec4f) -> vec4f {
  if (thread < INPUT_BLOCKS) { inputTile[thread] = values; }
  workgroupBarrier();
  let first = min(thread, INPUT_BLOCKS - 1u) / (TILE_K / 4u) * (TILE_K / 4u);
  var sum = vec4f();
  for (var i = 0u; i < TILE_K / 4u; i++) { sum += inputTile[first + i]; }
  workgroupBarrier();
  return sum;
}
//# shared/join_2.wgsl

const ROW_LANES: u32 = 256u / TILE_M;

fn keepPart(turn: u32, thread: u32, value: f32) { slices[256u * turn + thread].x = value; }

fn partAt(turn: u32, thread: u32) -> f32 { return slices[256u * turn + thread].x; }


fn joinRows(thread: u32, values: vec4f) -> vec4f {
  slices[thread] = values;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = 0u; i < SLICES; i++) { sum += slices[i * SLICE_THREADS + thread % SLICE_THREADS]; }
  workgroupBarrier();
  return sum;
}
//# shared/norm.wgsl



var<workgroup> partial: array<f32, 64>;

fn sumFour(first: u32, step: u32) -> f32 {
  return partial[first] + partial[first + step] + partial[first + 2u * step] + partial[first + 3u * step];
}



fn sumThreads(lane: u32, value: f32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  let eight = lane / 8u * 8u;
  var sum = sumFour(eight, 1u) + sumFour(eight + 4u, 1u);
  workgroupBarrier();
  if (ROW_THREADS == 8u) { return sum; }
  partial[lane] = sum;
  workgroupBarrier();
  let first = lane / ROW_THREADS * ROW_THREADS;
  sum = partial[first] + partial[first + 8u];
  if (ROW_THREADS > 16u) { sum += partial[first + 16u] + partial[first + 24u]; }
  if (ROW_THREADS > 32u) { sum += sumFour(first + 32u, 8u); }
  workgroupBarrier();
  return sum;
}


fn wordAt(row: u32, c: u32) -> Value {
  if (HAS_RESIDUAL) { return residual[(p.residualOffset + row * p.residualStride) / LANES + c]; }
  return x[(p.xOffset + row * p.xStride) / LANES + c];
}


fn wordOff(value: Value, c: u32, width: u32, mean: f32) -> Value { return select(Value(), value - mean, c < width); }

fn storeWord(row: u32, c: u32, width: u32, value: Value) {
  if (c >= width) { return; }
  var result = value * weight[p.weightOffset / LANES + c] + biasAt(c);
  if (HAS_GATE) { result *= activateAll(1u, 0.0, gate[(p.gateOffset + row * p.gateStride) / LANES + c]); }
  out[(p.outOffset + row * p.outStride) / LANES + c] = result;
}

fn normalise(group: u32, lane: u32, centred: bool) {
  let row = group * (64u / ROW_THREADS) + lane / ROW_THREADS;
  let width = select(0u, p.columns / LANES, row < p.rows);
  let c0 = lane % ROW_THREADS;
  let c1 = c0 + ROW_THREADS;
  let c2 = c1 + ROW_THREADS;
  let c3 = c2 + ROW_THREADS;
  let rest = c3 + ROW_THREADS;
  if (HAS_RESIDUAL) {
    for (var c = c0; c < width; c += ROW_THREADS) {
      residual[(p.residualOffset + row * p.residualStride) / LANES + c] += x[(p.xOffset + row * p.xStride) / LANES + c];
    }
  }
  let known = min(row, p.rows - 1u);
  let last = p.columns / LANES - 1u;
  let v0 = wordAt(known, min(c0, last));
  let v1 = wordAt(known, min(c1, last));
  let v2 = wordAt(known, min(c2, last));
  let v3 = wordAt(known, min(c3, last));
  var mean = 0.0;
  if (centred) {
    var sum = wordOff(v0, c0, width, 0.0) + wordOff(v1, c1, width, 0.0) + wordOff(v2, c2, width, 0.0) +
      wordOff(v3, c3, width, 0.0);
    for (var c = rest; c < width; c += ROW_THREADS) { sum += wordAt(row, c); }
    mean = sumThreads(lane, totalOf(sum)) / f32(p.columns);
  }
  let o0 = wordOff(v0, c0, width, mean);
  let o1 = wordOff(v1, c1, width, mean);
  let o2 = wordOff(v2, c2, width, mean);
  let o3 = wordOff(v3, c3, width, mean);
  var power = o0 * o0 + o1 * o1 + o2 * o2 + o3 * o3;
  for (var c = rest; c < width; c += ROW_THREADS) {
    let off = wordAt(row, c) - mean;
    power += off * off;
  }
  let factor = 1.0 / sqrt(sumThreads(lane, totalOf(power)) / f32(p.columns) + p.epsilon);
  storeWord(row, c0, width, o0 * factor);
  storeWord(row, c1, width, o1 * factor);
  storeWord(row, c2, width, o2 * factor);
  storeWord(row, c3, width, o3 * factor);
  for (var c = rest; c < width; c += ROW_THREADS) { storeWord(row, c, width, (wordAt(row, c) - mean) * factor); }
}
//# shared/order.wgsl


fn tokenAt(step: u32, direction: u32) -> u32 {
  let code = (p.orders >> (4u * direction)) & 15u;
  if (code == 4u) { return min(order[p.orderOffset + direction * p.length + step], p.length - 1u); }
  let walked = select(step, p.length - 1u - step, code == 1u || code == 3u);
  if (code == 0u || code == 1u) { return walked; }
  let gridHeight = p.length / p.gridWidth;
  return walked % gridHeight * p.gridWidth + walked / gridHeight;
}
//# shared/output_1.wgsl

alias Result = f32;


fn storeOne(at: u32, column: u32, sum: f32) {
  var value = sum;
  if ((p.given & 1u) != 0u) { value += bias[p.biasOffset + column]; }
  value = activate(p.activation, p.slope, value);
  if (p.accumulate != 0u) { value += out[at] * select(1.0, scale[p.scaleOffset + column], (p.given & 2u) != 0u); }
  out[at] = value;
}


fn storeQuad(at: u32, column: u32, sums: vec4f, count: u32) {
  storeOne(at, column, sums.x);
  if (count > 1u) { storeOne(at + 1u, column + 1u, sums.y); }
  if (count > 2u) { storeOne(at + 2u, column + 2u, sums.z); }
  if (count > 3u) { storeOne(at + 3u, column + 3u, sums.w); }
}
//# shared/output_4.wgsl

alias Result = vec4f;

fn quadOf(code: u32, slope: f32, x: vec4f) -> vec4f {
  if (code == 0u) { return x; }
  return vec4f(
    activate(code, slope, x.x), activate(code, slope, x.y), activate(code, slope, x.z), activate(code, slope, x.w),
  );
}


fn storeQuad(at: u32, column: u32, sums: vec4f, count: u32) {
  var value = sums;
  if ((p.given & 1u) != 0u) {
    let first = p.biasOffset + column;
    value += vec4f(bias[first], bias[first + 1u], bias[first + 2u], bias[first + 3u]);
  }
  value = quadOf(p.activation, p.slope, value);
  if (p.accumulate != 0u) {
    var factor = vec4f(1.0);
    let first = p.scaleOffset + column;
    if ((p.given & 2u) != 0u) { factor = vec4f(scale[first], scale[first + 1u], scale[first + 2u], scale[first + 3u]); }
    value += out[at / 4u] * factor;
  }
  out[at / 4u] = value;
}
//# shared/reduce.wgsl



var<workgroup> partial: array<f32, 64>;

fn joinLanes(lane: u32, value: f32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 4u; half /= 2u) {
    if (lane < half) { partial[lane] = join(partial[lane], partial[lane + half]); }
    workgroupBarrier();
  }
  return partial[lane];
}


fn rowValue(nothing: f32, image: u32, row: u32, end: u32, column: u32) -> f32 {
  return select(nothing, x[p.xOffset + (image * p.rows + min(row, p.rows - 1u)) * p.xStride + column], row < end);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 8u + lane % 8u;
  let end = min(p.rows, (group.y + 1u) * p.sliceRows);
  var value = 0.0;
  if (column < p.columns) {
    let first = group.y * p.sliceRows;
    let nothing = start(rowValue(0.0, group.z, first, end, column));
    value = nothing;
    for (var r = first + lane / 8u; r < end; r += 32u) {
      let a = rowValue(nothing, group.z, r, end, column);
      let b = rowValue(nothing, group.z, r + 8u, end, column);
      let c = rowValue(nothing, group.z, r + 16u, end, column);
      let d = rowValue(nothing, group.z, r + 24u, end, column);
      value = join(value, join(join(a, b), join(c, d)));
    }
  }
  value = joinLanes(lane, value);
  if (lane >= 8u || column >= p.columns) { return; }
  if (p.slices == 1u) {
    out[p.outOffset + group.z * p.outStride + column] = result(value);
  } else {
    scratch[(group.z * p.slices + group.y) * p.columns + column] = value;
  }
}

@compute @workgroup_size(64)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 8u + lane % 8u;
  var value = 0.0;
  if (column < p.columns) {
    value = start(scratch[group.z * p.slices * p.columns + column]);
    for (var i = lane / 8u; i < p.slices; i += 8u) {
      value = join(value, scratch[(group.z * p.slices + i) * p.columns + column]);
    }
  }
  value = joinLanes(lane, value);
  if (lane < 8u && column < p.columns) { out[p.outOffset + group.z * p.outStride + column] = result(value); }
}
//# shared/scan_cross.wgsl




const CROSS_THREADS: u32 = 256u;

const KEPT_QUADS: u32 = (max(RANK_QUADS, 1u) + 3u) / 4u * 4u;
var<workgroup> crossDeltas: array<f32, CROSS_STEPS * CROSS_CHANNELS>;
var<workgroup> crossSums: array<f32, CROSS_STEPS * CROSS_CHANNELS>;
var<workgroup> crossRank: array<vec4f, KEPT_QUADS * CROSS_CHANNELS>;
var<workgroup> crossTimes: array<f32, CROSS_THREADS>;
var<workgroup> crossStates: array<vec4f, min(QUADS, 2u) * CROSS_THREADS>;

fn keepPassage(lane: u32, elapsed: f32, h: Quads) {
  crossTimes[lane] = elapsed;
  crossStates[lane] = h.a;
  if (has(0u, 1u)) { crossStates[CROSS_THREADS + lane] = h.b; }
}

fn keptStates(lane: u32) -> Quads {
  var h = Quads();
  h.a = crossStates[lane];
  if (has(0u, 1u)) { h.b = crossStates[CROSS_THREADS + lane]; }
  return h;
}


fn passOn(h: Quads, a: Quads, elapsed: f32, leaves: Quads) -> Quads {
  var next = leaves;
  next.a = fma(exp2(elapsed * a.a), h.a, leaves.a);
  if (has(0u, 1u)) { next.b = fma(exp2(elapsed * a.b), h.b, leaves.b); }
  return next;
}


fn crossEntry(lane: u32, a: Quads, elapsed: f32, leaves: Quads) -> Quads {
  let segment = lane / CROSS_CHANNELS;
  var time = elapsed;
  var h = leaves;
  keepPassage(lane, time, h);
  workgroupBarrier();
  for (var reach = 1u; reach < p.segments; reach *= 2u) {
    if (segment >= reach) {
      let other = lane - reach * CROSS_CHANNELS;
      h = passOn(keptStates(other), a, time, h);
      time += crossTimes[other];
    }
    workgroupBarrier();
    keepPassage(lane, time, h);
    workgroupBarrier();
  }
  if (segment == 0u) { return Quads(); }
  return keptStates(lane - CROSS_CHANNELS);
}


fn keepRank(image: u32, direction: u32, firstChannel: u32, lane: u32) {
  if (RANK == 0u) { return; }
  for (var i = lane; i < KEPT_QUADS * CROSS_CHANNELS; i += CROSS_THREADS) {
    let chain = chainOf(image, direction, min(firstChannel + i % CROSS_CHANNELS, p.channels - 1u));
    let quad = i / CROSS_CHANNELS;
    crossRank[i] = select(vec4f(), constantQuad(chain, QUADS + 1u + min(quad, max(RANK_QUADS, 1u) - 1u)), quad < RANK_QUADS);
  }
}


fn fromRank(a: vec4f, b: vec4f, c: vec4f, d: vec4f, at: u32) -> f32 {
  return dot(a, crossRank[at]) + dot(b, crossRank[at + CROSS_CHANNELS]) + dot(c, crossRank[at + 2u * CROSS_CHANNELS]) +
    dot(d, crossRank[at + 3u * CROSS_CHANNELS]);
}


fn biasOf(image: u32, direction: u32, channel: u32, row: u32) -> f32 {
  let chain = chainOf(image, direction, min(channel, p.channels - 1u));
  let bias = constantQuad(chain, QUADS).y;
  if (RANK == 0u) { return bias + projectionAt(row + chain.channel); }
  return bias;
}


fn keepDeltas(image: u32, direction: u32, firstChannel: u32, lane: u32) {
  for (var item = lane * AT_ONCE; item < p.length * CROSS_CHANNELS; item += CROSS_THREADS * AT_ONCE) {
    let token = image * p.length + item / CROSS_CHANNELS;
    let row = p.projectionOffset + token * p.projectionStride + direction * p.projectionStep;
    let column = item % CROSS_CHANNELS;
    let channel = firstChannel + column;
    var deltas = vec4f(biasOf(image, direction, channel, row), 0.0, 0.0, 0.0);
    if (AT_ONCE > 1u) {
      deltas.y = biasOf(image, direction, channel + 1u, row);
      deltas.z = biasOf(image, direction, channel + 2u, row);
      deltas.w = biasOf(image, direction, channel + 3u, row);
    }
    if (RANK > 0u) {
      for (var quad = 0u; quad < RANK_QUADS; quad += 4u) {
        let a = rankQuad(row, quad);
        let b = rankQuad(row, quad + 1u);
        let c = rankQuad(row, quad + 2u);
        let d = rankQuad(row, quad + 3u);
        let at = quad * CROSS_CHANNELS + column;
        deltas.x += fromRank(a, b, c, d, at);
        if (AT_ONCE > 1u) {
          deltas.y += fromRank(a, b, c, d, at + 1u);
          deltas.z += fromRank(a, b, c, d, at + 2u);
          deltas.w += fromRank(a, b, c, d, at + 3u);
        }
      }
    }
    if (p.softplus != 0u) { deltas = softplus4(deltas); }
    crossDeltas[item] = deltas.x;
    if (AT_ONCE > 1u) {
      crossDeltas[item + 1u] = deltas.y;
      crossDeltas[item + 2u] = deltas.z;
      crossDeltas[item + 3u] = deltas.w;
    }
  }
}


fn keptDeltas(stride: Stride, column: u32) -> vec4f {
  let at = stride.indices * CROSS_CHANNELS + column;
  return vec4f(crossDeltas[at.x], crossDeltas[at.y], crossDeltas[at.z], crossDeltas[at.w]);
}

fn addStride(read: vec4f, skip: f32, stride: Stride, column: u32, count: u32) {
  let y = skip * stride.inputs + read;
  let at = stride.indices * CROSS_CHANNELS + column;
  crossSums[at.x] += y.x;
  if (count > 1u) { crossSums[at.y] += y.y; }
  if (count > 2u) { crossSums[at.z] += y.z; }
  if (count > 3u) { crossSums[at.w] += y.w; }
}

@compute @workgroup_size(CROSS_THREADS)
fn cross(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = lane % CROSS_CHANNELS;
  let channel = place.x * CROSS_CHANNELS + column;
  for (var i = lane; i < p.length * CROSS_CHANNELS; i += CROSS_THREADS) { crossSums[i] = 0.0; }
  for (var direction = 0u; direction < p.directions; direction++) {
    let chain = chainOf(imageOf(place), direction, min(channel, p.channels - 1u));
    let steps = stepsOf(direction, lane / CROSS_CHANNELS);
    let a = loadA(chain, 0u);
    let skip = constantQuad(chain, QUADS).x;
    let first = tokenAt(min(steps.first, p.length - 1u), direction);
    keepRank(imageOf(place), direction, place.x * CROSS_CHANNELS, lane);
    workgroupBarrier();
    keepDeltas(imageOf(place), direction, place.x * CROSS_CHANNELS, lane);
    workgroupBarrier();
    var h = Quads();
    var elapsed = 0.0;
    var index = first;
    for (var step = steps.first; step < steps.end; step += 4u) {
      let stride = strideOf(chain, step, index, false);
      let deltas = keptDeltas(stride, column);
      h = takeStride(h, a, deltas, stride, steps.end - step).h;
      elapsed += sumOfSteps(deltas, steps.end - step);
      index = tokenAfter(stride.indices.w, step + 4u, direction);
    }

    h = crossEntry(lane, a, elapsed, h);
    index = first;
    for (var step = steps.first; step < steps.end; step += 4u) {
      let stride = strideOf(chain, step, index, true);
      let walked = takeStride(h, a, keptDeltas(stride, column), stride, steps.end - step);
      h = walked.h;
      addStride(walked.read, skip, stride, column, steps.end - step);
      index = tokenAfter(stride.indices.w, step + 4u, direction);
    }
    workgroupBarrier();
  }
  if (channel >= p.channels) { return; }

  for (var i = lane; i < p.length * CROSS_CHANNELS; i += CROSS_THREADS) {
    let token = imageOf(place) * p.length + i / CROSS_CHANNELS;
    var y = crossSums[i];
    if (HAS_Z) { y *= silu(gateOf(token, channel)); }
    let at = p.outOffset + token * p.outStride + channel;
    if (p.add != 0u) { y += out[at]; }
    out[at] = y;
  }
}
//# shared/scan_fed.wgsl







const WALKERS: u32 = 128u;
const LOADERS: u32 = 64u;
const FED_CHANNELS: u32 = WALKERS / DIRECTIONS;

const ROW_B: u32 = max(RANK_QUADS, 4u);
const ROW_C: u32 = ROW_B + 4u;
const ROWS: u32 = 4u * DIRECTIONS;

const ROW_QUADS: u32 = RANK_QUADS + 2u * QUADS;
const TURN_QUADS: u32 = ROWS * ROW_QUADS;
const FED_DELTAS: u32 = select(1u, WALKERS, RANK == 0u);
var<workgroup> fedRows: array<array<vec4f, ROW_C + 4u>, 2u * ROWS>;
var<workgroup> fedTokens: array<array<vec2f, WALKERS>, 8>;
var<workgroup> fedDeltas: array<array<f32, FED_DELTAS>, 8>;


struct Turn { first: u32, end: u32, second: bool }

fn turnsOfHalf() -> u32 { return ((p.length + DIRECTIONS - 1u) / DIRECTIONS + 3u) / 4u; }

fn turnOf(number: u32, direction: u32) -> Turn {
  if (DIRECTIONS == 1u) { return Turn(4u * number, p.length, true); }
  let half = (p.length + 1u - direction) / 2u;
  if (number < turnsOfHalf()) { return Turn(4u * number, half, false); }
  return Turn(half + 4u * (number - turnsOfHalf()), p.length, true);
}


fn turnToken(chain: Chain, turn: Turn, i: u32) -> u32 {
  let step = min(turn.first + i, max(turn.end, 1u) - 1u);
  let reversed = ((p.orders >> (4u * chain.direction)) & 15u) == 1u;
  return chain.image * p.length + select(step, p.length - 1u - step, reversed);
}

fn turnTokens(chain: Chain, turn: Turn) -> vec4u {
  return vec4u(
    turnToken(chain, turn, 0u), turnToken(chain, turn, 1u), turnToken(chain, turn, 2u), turnToken(chain, turn, 3u),
  );
}

fn fedChain(place: vec3u, walker: u32) -> Chain {
  let channel = place.x * FED_CHANNELS + walker % FED_CHANNELS;
  return Chain(imageOf(place), walker / FED_CHANNELS, min(channel, p.channels - 1u), 0u);
}

fn loadRowQuad(image: u32, number: u32, item: u32) -> vec4f {
  let place = min(item, TURN_QUADS - 1u);
  let chain = Chain(image, place / ROW_QUADS % DIRECTIONS, 0u, 0u);
  let token = turnToken(chain, turnOf(number, chain.direction), place / ROW_QUADS / DIRECTIONS);
  let row = p.projectionOffset + token * p.projectionStride + chain.direction * p.projectionStep;
  let quad = place % ROW_QUADS;
  let state = quad - RANK_QUADS;
  return projectionQuad(
    select(inputGroup(chain, row, state / QUADS) + 4u * (state % QUADS), row + 4u * quad, quad < RANK_QUADS),
  );
}

fn layRowQuad(number: u32, item: u32, values: vec4f) {
  if (item >= TURN_QUADS) { return; }
  let quad = item % ROW_QUADS;
  let state = quad - RANK_QUADS;
  let low = quad < RANK_QUADS;
  fedRows[number % 2u * ROWS + item / ROW_QUADS][select(ROW_B + 4u * (state / QUADS) + state % QUADS, quad, low)] =
    keep(values, 4u * select(state % QUADS, quad, low), select(STATE, RANK, low));
}


struct Feed { inputs: vec4f, gates: vec4f, deltas: vec4f }

fn loadFeed(chain: Chain, number: u32) -> Feed {
  let turn = turnOf(number, chain.direction);
  let tokens = turnTokens(chain, turn);
  var feed: Feed;
  let at = p.uOffset + tokens * p.uStride + chain.direction * p.uStep + chain.channel;
  feed.inputs = vec4f(u[at.x], u[at.y], u[at.z], u[at.w]);
  if (RANK == 0u) {
    let at = p.projectionOffset + tokens * p.projectionStride + chain.direction * p.projectionStep + chain.channel;
    feed.deltas = vec4f(projectionAt(at.x), projectionAt(at.y), projectionAt(at.z), projectionAt(at.w));
  }
  if (HAS_Z && turn.second) {
    let at = p.zOffset + tokens * p.zStride + chain.channel;
    feed.gates = vec4f(z[at.x], z[at.y], z[at.z], z[at.w]);
  }
  return feed;
}

fn layFeed(number: u32, walker: u32, feed: Feed) {
  let slot = number % 2u * 4u;
  fedTokens[slot][walker] = vec2f(feed.inputs.x, feed.gates.x);
  fedTokens[slot + 1u][walker] = vec2f(feed.inputs.y, feed.gates.y);
  fedTokens[slot + 2u][walker] = vec2f(feed.inputs.z, feed.gates.z);
  fedTokens[slot + 3u][walker] = vec2f(feed.inputs.w, feed.gates.w);
  if (RANK == 0u) {
    fedDeltas[slot][walker % FED_DELTAS] = feed.deltas.x;
    fedDeltas[slot + 1u][walker % FED_DELTAS] = feed.deltas.y;
    fedDeltas[slot + 2u][walker % FED_DELTAS] = feed.deltas.z;
    fedDeltas[slot + 3u][walker % FED_DELTAS] = feed.deltas.w;
  }
}


fn feed(place: vec3u, number: u32, loader: u32) {
  let quad0 = loadRowQuad(imageOf(place), number, loader);
  var quad1 = vec4f();
  var quad2 = vec4f();
  if (TURN_QUADS > LOADERS) { quad1 = loadRowQuad(imageOf(place), number, loader + LOADERS); }
  if (TURN_QUADS > 2u * LOADERS) { quad2 = loadRowQuad(imageOf(place), number, loader + 2u * LOADERS); }
  let feed0 = loadFeed(fedChain(place, loader), number);
  let feed1 = loadFeed(fedChain(place, loader + LOADERS), number);
  layRowQuad(number, loader, quad0);
  if (TURN_QUADS > LOADERS) { layRowQuad(number, loader + LOADERS, quad1); }
  if (TURN_QUADS > 2u * LOADERS) { layRowQuad(number, loader + 2u * LOADERS, quad2); }
  layFeed(number, loader, feed0);
  layFeed(number, loader + LOADERS, feed1);
}


struct Walker { chain: Chain, exists: bool, a: Quads, weights: Quads, skip: f32, bias: f32 }

fn loadWalker(place: vec3u, walker: u32) -> Walker {
  let chain = fedChain(place, walker);
  let exists = place.x * FED_CHANNELS + walker % FED_CHANNELS < p.channels;
  var weights = Quads();
  if (RANK_QUADS > 0u) { weights.a = constantQuad(chain, QUADS + 1u); }
  if (RANK_QUADS > 1u) { weights.b = constantQuad(chain, QUADS + 2u); }
  if (RANK_QUADS > 2u) { weights.c = constantQuad(chain, QUADS + 3u); }
  if (RANK_QUADS > 3u) { weights.d = constantQuad(chain, QUADS + 4u); }
  let skipAndBias = constantQuad(chain, QUADS);
  return Walker(chain, exists, loadA(chain, 0u), weights, skipAndBias.x, skipAndBias.y);
}


fn rowDelta(row: u32, walker: Walker) -> f32 {
  var delta = walker.bias;
  if (RANK_QUADS > 0u) { delta += dot(fedRows[row][0], walker.weights.a); }
  if (RANK_QUADS > 1u) { delta += dot(fedRows[row][1], walker.weights.b); }
  if (RANK_QUADS > 2u) { delta += dot(fedRows[row][2], walker.weights.c); }
  if (RANK_QUADS > 3u) { delta += dot(fedRows[row][3], walker.weights.d); }
  if (RANK_QUADS > 4u) {
    for (var quad = 4u; quad < RANK_QUADS; quad++) {
      delta += dot(fedRows[row][quad], constantQuad(walker.chain, QUADS + 1u + quad));
    }
  }
  return delta;
}


fn softplus4(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  let s = e / (2.0 + e);
  let q = s * s;
  let series = 1.0 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * (0.090909091 +
    q * (0.076923077 + q * 0.066666667))))));
  let sum = select(vec4f(), x, x > vec4f()) + 2.0 * s * series;
  return select(sum, x, (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}


fn turnDeltas(number: u32, lane: u32, walker: Walker, valid: vec4<bool>) -> vec4f {
  let row = number % 2u * ROWS + walker.chain.direction;
  var deltas = vec4f(
    rowDelta(row, walker),
    rowDelta(row + DIRECTIONS, walker),
    rowDelta(row + 2u * DIRECTIONS, walker),
    rowDelta(row + 3u * DIRECTIONS, walker),
  );
  if (RANK == 0u) {
    let slot = number % 2u * 4u;
    let own = lane % FED_DELTAS;
    deltas.x += fedDeltas[slot][own];
    deltas.y += fedDeltas[slot + 1u][own];
    deltas.z += fedDeltas[slot + 2u][own];
    deltas.w += fedDeltas[slot + 3u][own];
  }
  return select(vec4f(), select(deltas, softplus4(deltas), p.softplus != 0u), valid);
}


fn fedStep(h: ptr<function, Quads>, a: Quads, row: u32, delta: f32, drive: f32) -> f32 {
  (*h).a = advance((*h).a, a.a, delta, drive, fedRows[row][ROW_B]);
  var y = dot((*h).a, fedRows[row][ROW_C]);
  if (QUADS > 1u) {
    (*h).b = advance((*h).b, a.b, delta, drive, fedRows[row][ROW_B + 1u]);
    y += dot((*h).b, fedRows[row][ROW_C + 1u]);
  }
  if (QUADS > 2u) {
    (*h).c = advance((*h).c, a.c, delta, drive, fedRows[row][ROW_B + 2u]);
    y += dot((*h).c, fedRows[row][ROW_C + 2u]);
  }
  if (QUADS > 3u) {
    (*h).d = advance((*h).d, a.d, delta, drive, fedRows[row][ROW_B + 3u]);
    y += dot((*h).d, fedRows[row][ROW_C + 3u]);
  }
  return y;
}


fn walkTurn(h: ptr<function, Quads>, number: u32, lane: u32, walker: Walker) {
  let turn = turnOf(number, walker.chain.direction);
  let at = p.outOffset + turnTokens(walker.chain, turn) * p.outStride + walker.chain.channel;
  var y = vec4f();
  if (DIRECTIONS > 1u && turn.second) { y = vec4f(out[at.x], out[at.y], out[at.z], out[at.w]); }

  let slot = number % 2u * 4u;
  let token0 = fedTokens[slot][lane];
  let token1 = fedTokens[slot + 1u][lane];
  let token2 = fedTokens[slot + 2u][lane];
  let token3 = fedTokens[slot + 3u][lane];
  let inputs = vec4f(token0.x, token1.x, token2.x, token3.x);
  let valid = vec4u(turn.first) + INDICES < vec4u(turn.end);
  let deltas = turnDeltas(number, lane, walker, valid);
  let drives = select(vec4f(), deltas * inputs, valid);
  let row = number % 2u * ROWS + walker.chain.direction;
  y += walker.skip * inputs + vec4f(
    fedStep(h, walker.a, row, deltas.x, drives.x),
    fedStep(h, walker.a, row + DIRECTIONS, deltas.y, drives.y),
    fedStep(h, walker.a, row + 2u * DIRECTIONS, deltas.z, drives.z),
    fedStep(h, walker.a, row + 3u * DIRECTIONS, deltas.w, drives.w),
  );

  if (HAS_Z && turn.second) { y *= vec4f(silu(token0.y), silu(token1.y), silu(token2.y), silu(token3.y)); }
  if (walker.exists && valid.x) { out[at.x] = y.x; }
  if (walker.exists && valid.y) { out[at.y] = y.y; }
  if (walker.exists && valid.z) { out[at.z] = y.z; }
  if (walker.exists && valid.w) { out[at.w] = y.w; }
}

@compute @workgroup_size(WALKERS + LOADERS)
fn fed(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let walker = loadWalker(place, lane % WALKERS);
  var h = Quads();
  let turns = DIRECTIONS * turnsOfHalf();
  for (var number = 0u; number <= turns; number++) {
    if (lane >= WALKERS) {
      if (number < turns) { feed(place, number, lane - WALKERS); }
    } else if (number > 0u) {
      walkTurn(&h, number - 1u, lane, walker);
    }

    if (DIRECTIONS > 1u && number == turnsOfHalf()) { storageBarrier(); }
    workgroupBarrier();
  }
}
//# shared/scan_local.wgsl






const LOCAL_SLOTS: u32 = 64u;
const LOCAL_THREADS: u32 = LOCAL_SLOTS * LOCAL_CHANNELS;
const LOCAL_STEPS: u32 = 448u;
const LOCAL_RUNS: u32 = 8u;
var<workgroup> passed: array<f32, LOCAL_THREADS>;
var<workgroup> joined: array<vec4f, min(QUADS, 4u) * LOCAL_THREADS>;
var<workgroup> perStep: array<f32, LOCAL_STEPS * LOCAL_CHANNELS>;


fn runLength() -> u32 { return p.segments / LOCAL_RUNS; }


struct Run { quad: u32, first: u32, a: vec4f }

fn runOf(place: vec3u, number: u32) -> Run {
  let column = number % LOCAL_CHANNELS;
  let quad = number / LOCAL_CHANNELS % QUADS;
  let run = number / LOCAL_CHANNELS / QUADS;
  let chain = chainOf(imageOf(place), run / LOCAL_RUNS, min(place.x * LOCAL_CHANNELS + column, p.channels - 1u));
  return Run(quad, run * runLength() * LOCAL_CHANNELS + column, constantQuad(chain, quad));
}


fn joinRun(run: Run) {
  let a = run.a;
  var time = run.first;
  var h = vec4f();
  for (var i = 0u; i < runLength(); i += 4u) {
    let at = LOCAL_THREADS * run.quad + time;
    let t = vec4f(
      passed[time],
      passed[time + LOCAL_CHANNELS],
      passed[time + 2u * LOCAL_CHANNELS],
      passed[time + 3u * LOCAL_CHANNELS],
    );
    let s0 = fma(exp2(t.x * a), h, joined[at]);
    let s1 = fma(exp2(t.y * a), s0, joined[at + LOCAL_CHANNELS]);
    let s2 = fma(exp2(t.z * a), s1, joined[at + 2u * LOCAL_CHANNELS]);
    h = fma(exp2(t.w * a), s2, joined[at + 3u * LOCAL_CHANNELS]);
    joined[at] = s0;
    joined[at + LOCAL_CHANNELS] = s1;
    joined[at + 2u * LOCAL_CHANNELS] = s2;
    joined[at + 3u * LOCAL_CHANNELS] = h;
    time += 4u * LOCAL_CHANNELS;
  }
}


fn passedInRun(lane: u32) -> f32 {
  let before = lane / LOCAL_CHANNELS % runLength();
  var sum = 0.0;
  for (var i = 0u; i < 8u; i++) { sum += select(0.0, passed[lane - min(i, before) * LOCAL_CHANNELS], i <= before); }
  return sum;
}


fn through(h: Quads, a: Quads, at: u32) -> Quads {
  let time = passed[at];
  var next = h;
  next.a = fma(exp2(time * a.a), h.a, joined[at]);
  if (has(0u, 1u)) { next.b = fma(exp2(time * a.b), h.b, joined[LOCAL_THREADS + at]); }
  if (has(0u, 2u)) { next.c = fma(exp2(time * a.c), h.c, joined[2u * LOCAL_THREADS + at]); }
  if (has(0u, 3u)) { next.d = fma(exp2(time * a.d), h.d, joined[3u * LOCAL_THREADS + at]); }
  return next;
}


fn entryOf(lane: u32, a: Quads) -> Quads {
  let slot = lane / LOCAL_CHANNELS;
  var h = Quads();
  var last = (slot / p.segments * p.segments + runLength() - 1u) * LOCAL_CHANNELS + lane % LOCAL_CHANNELS;
  for (var i = 0u; i < slot % p.segments / runLength(); i++) {
    h = through(h, a, last);
    last += runLength() * LOCAL_CHANNELS;
  }
  if (slot % runLength() > 0u) { h = through(h, a, lane - LOCAL_CHANNELS); }
  return h;
}

fn gateOf(token: u32, channel: u32) -> f32 {
  if (!HAS_Z) { return 0.0; }
  return z[p.zOffset + token * p.zStride + channel];
}

@compute @workgroup_size(LOCAL_THREADS)
fn local(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_index) lane: u32) {
  let slot = lane / LOCAL_CHANNELS;
  let direction = slot / p.segments;
  let column = lane % LOCAL_CHANNELS;
  let chain = chainOf(imageOf(place), direction, min(place.x * LOCAL_CHANNELS + column, p.channels - 1u));
  let first = min(slot % p.segments * p.segmentLength, p.length);
  let end = min(first + p.segmentLength, p.length);
  let a = loadA(chain, 0u);
  let skipAndBias = constantQuad(chain, QUADS);
  let runs = p.directions * LOCAL_RUNS * QUADS * LOCAL_CHANNELS;
  let run = runOf(place, min(lane, runs - 1u));

  var h = Quads();
  var elapsed = 0.0;
  var index = tokenAt(first, direction);
  var ahead = tokenOf(chain, 0u, index, false);
  for (var step = first; step < end; step++) {
    let token = ahead;
    let at = (direction * p.length + index) * LOCAL_CHANNELS + column;
    index = tokenAfter(index, step + 1u, direction);
    ahead = tokenOf(chain, 0u, index, false);
    let delta = deltaOf(chain, token, skipAndBias.y);
    perStep[at] = delta;
    elapsed += delta;
    h = advanceAll(h, a, 0u, delta, delta * token.input, token.b);
  }

  index = tokenAt(first, direction);
  ahead = tokenOf(chain, 0u, index, true);
  passed[lane] = elapsed;
  joined[lane] = h.a;
  if (has(0u, 1u)) { joined[LOCAL_THREADS + lane] = h.b; }
  if (has(0u, 2u)) { joined[2u * LOCAL_THREADS + lane] = h.c; }
  if (has(0u, 3u)) { joined[3u * LOCAL_THREADS + lane] = h.d; }
  workgroupBarrier();
  if (lane < runs) { joinRun(run); }
  let inRun = passedInRun(lane);
  workgroupBarrier();
  passed[lane] = inRun;
  workgroupBarrier();
  h = entryOf(lane, a);

  for (var step = first; step < end; step++) {
    let token = ahead;
    let at = (direction * p.length + index) * LOCAL_CHANNELS + column;
    index = tokenAfter(index, step + 1u, direction);
    ahead = tokenOf(chain, 0u, index, true);
    let delta = perStep[at];
    h = advanceAll(h, a, 0u, delta, delta * token.input, token.b);
    perStep[at] = skipAndBias.x * token.input + readAll(h, 0u, token.c);
  }
  let firstToken = imageOf(place) * p.length;
  var nextGate = gateOf(firstToken + min(slot, p.length - 1u), chain.channel);
  workgroupBarrier();
  if (place.x * LOCAL_CHANNELS + column >= p.channels) { return; }

  for (var i = lane; i < p.length * LOCAL_CHANNELS; i += LOCAL_THREADS) {
    let token = firstToken + i / LOCAL_CHANNELS;
    let gate = nextGate;
    nextGate = gateOf(min(token + LOCAL_SLOTS, firstToken + p.length - 1u), chain.channel);
    var y = perStep[i];
    if (p.directions > 1u) { y += perStep[p.length * LOCAL_CHANNELS + i]; }
    if (HAS_Z) { y *= silu(gate); }
    let at = p.outOffset + token * p.outStride + chain.channel;
    if (p.add != 0u) { y += out[at]; }
    out[at] = y;
  }
}
//# shared/scan_step.wgsl




struct Token { place: u32, row: u32, input: f32, gate: f32, low: Quads, b: Quads, c: Quads }

fn rankQuad(row: u32, quad: u32) -> vec4f {
  return keep(projectionQuad(row + 4u * quad), 4u * quad, RANK);
}

fn rankQuads(chain: Chain, row: u32) -> Quads {
  var low = Quads();
  if (RANK == 0u) { low.a.x = projectionAt(row + chain.channel); }
  if (RANK_QUADS > 0u) { low.a = rankQuad(row, 0u); }
  if (RANK_QUADS > 1u) { low.b = rankQuad(row, 1u); }
  if (RANK_QUADS > 2u) { low.c = rankQuad(row, 2u); }
  if (RANK_QUADS > 3u) { low.d = rankQuad(row, 3u); }
  return low;
}


fn deltaOf(chain: Chain, token: Token, bias: f32) -> f32 {
  var delta = bias;
  if (RANK == 0u) { delta += token.low.a.x; }
  if (RANK_QUADS > 0u) { delta += dot(token.low.a, constantQuad(chain, QUADS + 1u)); }
  if (RANK_QUADS > 1u) { delta += dot(token.low.b, constantQuad(chain, QUADS + 2u)); }
  if (RANK_QUADS > 2u) { delta += dot(token.low.c, constantQuad(chain, QUADS + 3u)); }
  if (RANK_QUADS > 3u) { delta += dot(token.low.d, constantQuad(chain, QUADS + 4u)); }

  if (RANK_QUADS > 4u) {
    for (var quad = 4u; quad < RANK_QUADS; quad++) {
      delta += dot(rankQuad(token.row, quad), constantQuad(chain, QUADS + 1u + quad));
    }
  }
  if (p.softplus != 0u) { return softplus(delta); }
  return delta;
}


fn inputGroup(chain: Chain, row: u32, part: u32) -> u32 {
  let deltas = select(RANK, p.channels, RANK == 0u);
  return row + deltas + (part * p.groups + chain.group) * STATE;
}

fn stateQuad(at: u32, quad: u32) -> vec4f {
  if (STATE == 1u) { return vec4f(projectionAt(at), 0.0, 0.0, 0.0); }
  return keep(projectionQuad(at + 4u * quad), 4u * quad, STATE);
}

fn stateQuads(block: u32, at: u32) -> Quads {
  var quads = Quads();
  quads.a = stateQuad(at, 4u * block);
  if (has(block, 1u)) { quads.b = stateQuad(at, 4u * block + 1u); }
  if (has(block, 2u)) { quads.c = stateQuad(at, 4u * block + 2u); }
  if (has(block, 3u)) { quads.d = stateQuad(at, 4u * block + 3u); }
  return quads;
}

fn tokenOf(chain: Chain, block: u32, index: u32, forOutput: bool) -> Token {
  var token: Token;
  token.place = chain.image * p.length + index;
  token.row = p.projectionOffset + token.place * p.projectionStride + chain.direction * p.projectionStep;
  token.input = u[p.uOffset + token.place * p.uStride + chain.direction * p.uStep + chain.channel];
  token.low = rankQuads(chain, token.row);
  token.b = stateQuads(block, inputGroup(chain, token.row, 0u));
  if (forOutput) {
    token.c = stateQuads(block, inputGroup(chain, token.row, 1u));
    if (HAS_Z) { token.gate = z[p.zOffset + token.place * p.zStride + chain.channel]; }
  }
  return token;
}


fn tokenAfter(last: u32, step: u32, direction: u32) -> u32 {
  switch (p.orders >> (4u * direction)) & 15u {
    case 0u: { return last + 1u; }
    case 1u: { return last - 1u; }
    case 2u: { return select(last + p.gridWidth, last + p.gridWidth + 1u - p.length, last + p.gridWidth >= p.length); }
    case 3u: { return select(last - p.gridWidth, last + p.length - p.gridWidth - 1u, last < p.gridWidth); }
    default: { return min(order[p.orderOffset + direction * p.length + min(step, p.length - 1u)], p.length - 1u); }
  }
}


fn advance(h: vec4f, a: vec4f, delta: f32, drive: f32, input: vec4f) -> vec4f {
  return fma(exp2(delta * a), h, drive * input);
}

fn has(block: u32, quad: u32) -> bool { return BLOCKS > 1u || quad < QUADS; }

fn loadA(chain: Chain, block: u32) -> Quads {
  var a = Quads();
  a.a = constantQuad(chain, 4u * block);
  if (has(block, 1u)) { a.b = constantQuad(chain, min(4u * block + 1u, QUADS - 1u)); }
  if (has(block, 2u)) { a.c = constantQuad(chain, min(4u * block + 2u, QUADS - 1u)); }
  if (has(block, 3u)) { a.d = constantQuad(chain, min(4u * block + 3u, QUADS - 1u)); }
  return a;
}

fn advanceAll(h: Quads, a: Quads, block: u32, delta: f32, drive: f32, input: Quads) -> Quads {
  var next = h;
  next.a = advance(h.a, a.a, delta, drive, input.a);
  if (has(block, 1u)) { next.b = advance(h.b, a.b, delta, drive, input.b); }
  if (has(block, 2u)) { next.c = advance(h.c, a.c, delta, drive, input.c); }
  if (has(block, 3u)) { next.d = advance(h.d, a.d, delta, drive, input.d); }
  return next;
}

fn readAll(h: Quads, block: u32, output: Quads) -> f32 {
  var y = dot(h.a, output.a);
  if (has(block, 1u)) { y += dot(h.b, output.b); }
  if (has(block, 2u)) { y += dot(h.c, output.c); }
  if (has(block, 3u)) { y += dot(h.d, output.d); }
  return y;
}

fn storeSummary(chain: Chain, segment: u32, quad: u32, values: vec4f) {
  if (quad < QUADS) { scratch[scratchAt(chain, segment, quad)] = values; }
}

fn loadEntry(chain: Chain, segment: u32, quad: u32) -> vec4f {
  if (quad >= QUADS) { return vec4f(); }
  if (p.segments > 1u) { return scratch[scratchAt(chain, segment, quad)]; }
  return loadState(chain, quad);
}
//# shared/scan_stride.wgsl



struct Stride { indices: vec4u, inputs: vec4f, a: Token, b: Token, c: Token, d: Token }


fn strideOf(chain: Chain, step: u32, index: u32, forOutput: bool) -> Stride {
  var stride: Stride;
  let second = tokenAfter(index, step + 1u, chain.direction);
  let third = tokenAfter(second, step + 2u, chain.direction);
  let fourth = tokenAfter(third, step + 3u, chain.direction);
  stride.indices = min(vec4u(index, second, third, fourth), vec4u(p.length - 1u));
  stride.a = tokenOf(chain, 0u, stride.indices.x, forOutput);
  stride.b = tokenOf(chain, 0u, stride.indices.y, forOutput);
  stride.c = tokenOf(chain, 0u, stride.indices.z, forOutput);
  stride.d = tokenOf(chain, 0u, stride.indices.w, forOutput);
  stride.inputs = vec4f(stride.a.input, stride.b.input, stride.c.input, stride.d.input);
  return stride;
}


struct Walked { h: Quads, read: vec4f }


fn takeStep(h: Quads, a: Quads, delta: f32, token: Token, exists: bool) -> Quads {
  var next = advanceAll(h, a, 0u, delta, delta * token.input, token.b);
  next.a = select(h.a, next.a, exists);
  if (has(0u, 1u)) { next.b = select(h.b, next.b, exists); }
  return next;
}


fn takeStride(h: Quads, a: Quads, deltas: vec4f, stride: Stride, count: u32) -> Walked {
  let exist = INDICES < vec4u(count);
  var walked = Walked(h, vec4f());
  walked.h = takeStep(walked.h, a, deltas.x, stride.a, exist.x);
  walked.read.x = readAll(walked.h, 0u, stride.a.c);
  walked.h = takeStep(walked.h, a, deltas.y, stride.b, exist.y);
  walked.read.y = readAll(walked.h, 0u, stride.b.c);
  walked.h = takeStep(walked.h, a, deltas.z, stride.c, exist.z);
  walked.read.z = readAll(walked.h, 0u, stride.c.c);
  walked.h = takeStep(walked.h, a, deltas.w, stride.d, exist.w);
  walked.read.w = readAll(walked.h, 0u, stride.d.c);
  return walked;
}

fn sumOfSteps(deltas: vec4f, count: u32) -> f32 {
  return dot(select(vec4f(), deltas, INDICES < vec4u(count)), vec4f(1.0));
}
//# shared/slices.wgsl




const SLICE_THREADS: u32 = TILE_M * TILE_N / 16u;
const SLICES: u32 = 256u / SLICE_THREADS;
var<workgroup> slices: array<vec4f, 1024>;

fn addRows(sums: mat4x4f, rows: mat4x4f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> mat4x4f {
  let inputs = transpose(rows);
  return addOuter(addOuter(addOuter(addOuter(sums, inputs[0], a), inputs[1], b), inputs[2], c), inputs[3], d);
}


fn addFour(sums: mat4x4f, tap: u32, j: u32, quad: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  if (WHOLE) {
    let at = weightStart + (tap * inner + j) * outerQuads + quad;
    return addRows(
      sums, insideRows(tap, j), weightAt(at), weightAt(at + outerQuads), weightAt(at + 2u * outerQuads),
      weightAt(at + 3u * outerQuads),
    );
  }
  return addRows(
    sums, inputRows(tap, j), weightQuad(tap, j, quad, inner, outerQuads), weightQuad(tap, j + 1u, quad, inner, outerQuads),
    weightQuad(tap, j + 2u, quad, inner, outerQuads), weightQuad(tap, j + 3u, quad, inner, outerQuads),
  );
}


fn multiplySlices(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) {
  let place = thread % SLICE_THREADS;
  let slice = thread / SLICE_THREADS;

  let quad = min(firstQuad + place % (TILE_N / 4u), outerQuads - 1u);
  let m = 4u * (place / (TILE_N / 4u));
  enterRows(m);
  prepareRows(thread, m);
  var sums = mat4x4f();
  for (var tap = 0u; tap < taps; tap++) {
    var j = 4u * slice;
    if (PAIRS) {

      for (; j + 4u * SLICES < inner; j += 8u * SLICES) {
        sums = addFour(sums, tap, j, quad, inner, outerQuads);
        sums = addFour(sums, tap, j + 4u * SLICES, quad, inner, outerQuads);
      }
    }
    for (; j < inner; j += 4u * SLICES) { sums = addFour(sums, tap, j, quad, inner, outerQuads); }
  }
  let factors = sliceFactors(thread);
  let at = slice * 4u * SLICE_THREADS + place;
  slices[at] = sums[0] * factors[0];
  slices[at + SLICE_THREADS] = sums[1] * factors[1];
  slices[at + 2u * SLICE_THREADS] = sums[2] * factors[2];
  slices[at + 3u * SLICE_THREADS] = sums[3] * factors[3];
  workgroupBarrier();
}

fn fourSlices(at: u32) -> vec4f {
  let step = 4u * SLICE_THREADS;
  return slices[at] + slices[at + step] + slices[at + 2u * step] + slices[at + 3u * step];
}


fn storeSlices(thread: u32, firstRow: u32, firstColumn: u32) {
  for (var index = thread; index < TILE_M * TILE_N / 4u; index += 256u) {
    let row = index / (TILE_N / 4u);
    let quad = index % (TILE_N / 4u);
    let at = row % 4u * SLICE_THREADS + row / 4u * (TILE_N / 4u) + quad;
    var sum = fourSlices(at);
    if (SLICES > 4u) { sum += fourSlices(at + 16u * SLICE_THREADS); }
    if (SLICES > 8u) { sum += fourSlices(at + 32u * SLICE_THREADS) + fourSlices(at + 48u * SLICE_THREADS); }
    storeRow(firstRow + row, firstColumn + 4u * quad, sum);
  }
}
//# shared/spread.wgsl

fn spread(group: vec3u, groups: vec3u, lane: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + lane;
}
//# shared/tile.wgsl






var<workgroup> inputTile: array<vec4f, TILE_K * TILE_M / 4u>;
var<workgroup> weightTile: array<vec4f, TILE_K * TILE_N / 4u>;

var<private> weightStart: u32;

const ROW_PARTS: u32 = select(1u, 2u, TALL);
const COLUMN_PARTS: u32 = select(1u, 2u, WIDE);
const THREAD_COLUMNS: u32 = TILE_N / 4u / COLUMN_PARTS;
const THREAD_ROWS: u32 = TILE_M / 4u / ROW_PARTS;
const TILE_THREADS: u32 = THREAD_COLUMNS * THREAD_ROWS;

const INPUT_BLOCKS: u32 = TILE_K * TILE_M / 16u;
const BLOCKS: u32 = INPUT_BLOCKS + TILE_K * TILE_N / 16u;


struct Sums { a: mat4x4f, b: mat4x4f, c: mat4x4f, d: mat4x4f }

fn addOuter(sums: mat4x4f, a: vec4f, b: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(a.x), b, sums[0]), fma(vec4f(a.y), b, sums[1]), fma(vec4f(a.z), b, sums[2]), fma(vec4f(a.w), b, sums[3]),
  );
}

fn multiplyAdd(sums: Sums, k: u32, m: u32, n: u32) -> Sums {
  var next = sums;
  let upper = inputTile[k * (TILE_M / 4u) + m];
  let left = weightTile[k * (TILE_N / 4u) + n];
  next.a = addOuter(sums.a, upper, left);
  if (WIDE) {
    let right = weightTile[k * (TILE_N / 4u) + n + THREAD_COLUMNS];
    next.b = addOuter(sums.b, upper, right);
    if (TALL) { next.d = addOuter(sums.d, inputTile[k * (TILE_M / 4u) + m + THREAD_ROWS], right); }
  }
  if (TALL) { next.c = addOuter(sums.c, inputTile[k * (TILE_M / 4u) + m + THREAD_ROWS], left); }
  return next;
}


fn multiplyEight(sums: Sums, k: u32, m: u32, n: u32) -> Sums {
  var next = multiplyAdd(sums, k, m, n);
  next = multiplyAdd(next, k + 1u, m, n);
  next = multiplyAdd(next, k + 2u, m, n);
  next = multiplyAdd(next, k + 3u, m, n);
  next = multiplyAdd(next, k + 4u, m, n);
  next = multiplyAdd(next, k + 5u, m, n);
  next = multiplyAdd(next, k + 6u, m, n);
  return multiplyAdd(next, k + 7u, m, n);
}

fn weightQuad(tap: u32, k: u32, quad: u32, inner: u32, outerQuads: u32) -> vec4f {
  let value = weightAt(weightStart + (tap * inner + k) * outerQuads + quad);
  return select(vec4f(), value, k < inner && quad < outerQuads);
}


fn readBlock(thread: u32, tap: u32, first: u32, firstQuad: u32, inner: u32, outerQuads: u32) -> mat4x4f {
  if (thread < INPUT_BLOCKS) {
    let j = first + 4u * (thread % (TILE_K / 4u));
    return transpose(inputRows(tap, j));
  }
  if (thread >= BLOCKS) { return mat4x4f(); }
  let block = thread - INPUT_BLOCKS;
  let k = first + 4u * (block / (TILE_N / 4u));
  let quad = firstQuad + block % (TILE_N / 4u);
  return mat4x4f(
    weightQuad(tap, k, quad, inner, outerQuads), weightQuad(tap, k + 1u, quad, inner, outerQuads),
    weightQuad(tap, k + 2u, quad, inner, outerQuads), weightQuad(tap, k + 3u, quad, inner, outerQuads),
  );
}

fn keepBlock(thread: u32, values: mat4x4f) {
  if (thread < INPUT_BLOCKS) {
    let at = 4u * (thread % (TILE_K / 4u)) * (TILE_M / 4u) + thread / (TILE_K / 4u);
    inputTile[at] = values[0];
    inputTile[at + TILE_M / 4u] = values[1];
    inputTile[at + 2u * (TILE_M / 4u)] = values[2];
    inputTile[at + 3u * (TILE_M / 4u)] = values[3];
  } else if (thread < BLOCKS) {
    let block = thread - INPUT_BLOCKS;
    let at = 4u * (block / (TILE_N / 4u)) * (TILE_N / 4u) + block % (TILE_N / 4u);
    weightTile[at] = values[0];
    weightTile[at + TILE_N / 4u] = values[1];
    weightTile[at + 2u * (TILE_N / 4u)] = values[2];
    weightTile[at + 3u * (TILE_N / 4u)] = values[3];
  }
}


fn multiplyTile(thread: u32, firstQuad: u32, taps: u32, inner: u32, outerQuads: u32) -> Sums {
  let m = thread / THREAD_COLUMNS;
  let n = thread % THREAD_COLUMNS;
  let firstRow = 4u * (thread / (TILE_K / 4u));
  if (thread < INPUT_BLOCKS) { enterRows(firstRow); }
  prepareRows(thread, firstRow);
  var sums = Sums();
  let perTap = (inner + TILE_K - 1u) / TILE_K;
  let count = taps * perTap;
  var block = readBlock(thread, 0u, 0u, firstQuad, inner, outerQuads);
  for (var i = 1u; i <= count; i++) {
    keepBlock(thread, block);
    workgroupBarrier();
    if (i < count) { block = readBlock(thread, i / perTap, i % perTap * TILE_K, firstQuad, inner, outerQuads); }
    sums = multiplyEight(sums, 0u, m, n);
    sums = multiplyEight(sums, 8u, m, n);
    if (TILE_K > 16u) {
      sums = multiplyEight(sums, 16u, m, n);
      sums = multiplyEight(sums, 24u, m, n);
    }
    workgroupBarrier();
  }
  return finishTile(thread, m, sums);
}


fn storeTile(thread: u32, firstRow: u32, firstColumn: u32, sums: Sums) {
  let row = firstRow + 4u * (thread / THREAD_COLUMNS);
  let column = firstColumn + 4u * (thread % THREAD_COLUMNS);
  storeFour(row, column, sums.a);
  if (WIDE) { storeFour(row, column + 4u * THREAD_COLUMNS, sums.b); }
  if (TALL) { storeFour(row + 4u * THREAD_ROWS, column, sums.c); }
  if (TALL && WIDE) { storeFour(row + 4u * THREAD_ROWS, column + 4u * THREAD_COLUMNS, sums.d); }
}

fn storeFour(row: u32, column: u32, sums: mat4x4f) {
  storeRow(row, column, sums[0]);
  storeRow(row + 1u, column, sums[1]);
  storeRow(row + 2u, column, sums[2]);
  storeRow(row + 3u, column, sums[3]);
}
//# shared/value_1.wgsl

alias Value = f32;
const LANES: u32 = 1u;

fn activateAll(code: u32, slope: f32, x: Value) -> Value { return activate(code, slope, x); }

fn totalOf(x: Value) -> f32 { return x; }
//# shared/value_4.wgsl

alias Value = vec4f;
const LANES: u32 = 4u;

fn activateAll(code: u32, slope: f32, x: Value) -> Value {
  return vec4f(
    activate(code, slope, x.x), activate(code, slope, x.y), activate(code, slope, x.z), activate(code, slope, x.w),
  );
}

fn totalOf(x: Value) -> f32 { return dot(x, vec4f(1.0)); }
//# shared/weight_16.wgsl

alias Weights = vec2u;

fn weightAt(at: u32) -> vec4f { return halvesOf(weight[at].xxyy >> vec4u(0u, 16u, 0u, 16u)); }
//# shared/weight_32.wgsl

alias Weights = vec4f;

fn weightAt(at: u32) -> vec4f { return weight[at]; }
//# shared/words_1.wgsl

alias Word = f32;

fn projectionAt(at: u32) -> f32 { return projection[at]; }

fn projectionQuad(at: u32) -> vec4f { return vec4f(projection[at], projection[at + 1u], projection[at + 2u], projection[at + 3u]); }
//# shared/words_2.wgsl

alias Word = vec2f;

fn projectionAt(at: u32) -> f32 { return projection[at / 2u][at % 2u]; }

fn projectionQuad(at: u32) -> vec4f { return vec4f(projection[at / 2u], projection[at / 2u + 1u]); }
//# shared/words_4.wgsl

alias Word = vec4f;

fn projectionAt(at: u32) -> f32 { return projection[at / 4u][at % 4u]; }

fn projectionQuad(at: u32) -> vec4f { return projection[at / 4u]; }
`;
