// uses: activation order scan_step scan_stride scan_local scan_cross scan_fed
// The selective scan; see `reference/selective_scan.ts` for the formula. Each direction's steps are cut into `segments` of
// `segmentLength`. With one segment `main` is the whole scan, one thread a channel. With more, `summarise` walks every
// segment from a zero state and stores the state at its end and Σδ, `combine` turns those into the state that enters each
// segment (a segment as a whole decays by exp(A·Σδ)), and `main` walks again from there: all segments at once. `local` does
// all of that in one dispatch where a sequence is short, `cross` for more than two directions. With very many chains `fed` walks whole sequences without waiting
// for memory.
//
// States go in quads, four quads a block; a block beyond the first is one more walk that adds to the output. A direction in
// `mirrored` has its segments numbered from the end of the walk, so that segment s holds the same tokens as segment s of
// the direction it mirrors and one thread can add both to the output.
struct Params {
  batch: u32, length: u32, channels: u32, stateSize: u32, rank: u32, groups: u32, directions: u32, orders: u32,
  gridWidth: u32, softplus: u32, uStride: u32, uStep: u32, projectionStride: u32, projectionStep: u32, zStride: u32,
  outStride: u32, accumulate: u32, carry: u32, firstStep: u32, stepCount: u32,
  uOffset: u32, projectionOffset: u32, constantsOffset: u32, zOffset: u32, orderOffset: u32, stateOffset: u32,
  outOffset: u32,
  segments: u32, segmentLength: u32, mirrored: u32, walked: u32, add: u32, firstImage: u32,
}

@group(0) @binding(0) var<storage, read> u: array<f32>; // [batch, length, channels | directions · channels]
@group(0) @binding(1) var<storage, read> projection: array<Word>; // [batch, length, directions · (Δ | B | C)]
@group(0) @binding(2) var<storage, read> constants: array<vec4f>; // [directions, A quads | D and Δ bias | Δ weight quads, channels]
@group(0) @binding(3) var<storage, read> z: array<f32>; // [batch, length, channels]
@group(0) @binding(4) var<storage, read> order: array<u32>; // [directions, length]
@group(0) @binding(5) var<storage, read_write> state: array<f32>; // [batch, directions, channels, stateSize]
@group(0) @binding(6) var<storage, read_write> out: array<f32>; // [batch, length, channels]
@group(0) @binding(7) var<storage, read_write> scratch: array<vec4f>; // [batch, directions, segments, quads | Σδ, channels]
@group(1) @binding(0) var<uniform> p: Params;

const QUADS: u32 = (STATE + 3u) / 4u;
const BLOCKS: u32 = (QUADS + 3u) / 4u;
const RANK_QUADS: u32 = (RANK + 3u) / 4u;
const CONSTANT_QUADS: u32 = QUADS + 1u + RANK_QUADS;
const INDICES = vec4u(0u, 1u, 2u, 3u);

// One channel of one direction of one image.
struct Chain { image: u32, direction: u32, channel: u32, group: u32 }

struct Quads { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

struct Steps { first: u32, end: u32 }

// One dimension of a grid holds 65,535 groups: more images come in several dispatches.
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

// Zero past the last of `size` elements, whatever the memory holds there.
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
  if (quad >= QUADS || (p.carry & CARRY_IN) == 0u) { return values; }
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

// Segment i of a chain in the order of its walk.
fn segmentAt(i: u32, backwards: bool) -> u32 { return select(i, p.segments - 1u - i, backwards); }

// What segment i does to a quad: how much time passes, what a zero state becomes; nothing where there is no such segment.
struct Passage { elapsed: f32, leaves: vec4f, at: u32 }

fn passageOf(chain: Chain, quad: u32, i: u32, end: u32, backwards: bool) -> Passage {
  if (i >= end) { return Passage(0.0, vec4f(), 0u); }
  let segment = segmentAt(i, backwards);
  let at = scratchAt(chain, segment, quad);
  return Passage(scratch[scratchAt(chain, segment, QUADS)].x, scratch[at], at);
}

// One group does one quad of COMBINE_CHANNELS channels; each of a channel's lanes joins a run of segments, then walks it
// again from the state that the runs before it leave. Four segments are read at once.
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
  if ((p.carry & CARRY_OUT) != 0u && exists && run == COMBINE_LANES - 1u) { storeState(chain, quad, h); }
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
  if ((p.carry & CARRY_OUT) != 0u && p.segments == 1u) {
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

// Zeroes the whole output, for a band that does not accumulate.
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
