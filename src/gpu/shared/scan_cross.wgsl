// The scan of a small image in more than two directions, of up to eight states, in one dispatch, the entry `cross` of
// `selective_scan.wgsl`: a group does a few channels, one direction after the other. All threads walk a direction at once, a
// segment each; what the segments leave is joined in rounds, of which each reaches twice as far as the one before. Before
// the walks every thread makes δ of tokens; it waits in the group's memory, and there the y of all directions is added up.
const CROSS_THREADS: u32 = 256u;
// Quads of the rank, four at a time.
const KEPT_QUADS: u32 = (max(RANK_QUADS, 1u) + 3u) / 4u * 4u;
var<workgroup> crossDeltas: array<f32, CROSS_STEPS * CROSS_CHANNELS>; // [token, channel]
var<workgroup> crossSums: array<f32, CROSS_STEPS * CROSS_CHANNELS>; // [token, channel]
var<workgroup> crossRank: array<vec4f, KEPT_QUADS * CROSS_CHANNELS>; // [quad, channel]
var<workgroup> crossTimes: array<f32, CROSS_THREADS>; // [segment, channel]
var<workgroup> crossStates: array<vec4f, min(QUADS, 2u) * CROSS_THREADS>; // [quad, segment, channel]

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

// What `h` becomes in so much time, and what that time leaves by itself.
fn passOn(h: Quads, a: Quads, elapsed: f32, leaves: Quads) -> Quads {
  var next = leaves;
  next.a = fma(exp2(elapsed * a.a), h.a, leaves.a);
  if (has(0u, 1u)) { next.b = fma(exp2(elapsed * a.b), h.b, leaves.b); }
  return next;
}

// The states that enter a thread's segment, of what each segment leaves by itself.
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

// The weights of δ of a direction, for all channels of the group.
fn keepRank(image: u32, direction: u32, firstChannel: u32, lane: u32) {
  if (RANK == 0u) { return; }
  for (var i = lane; i < KEPT_QUADS * CROSS_CHANNELS; i += CROSS_THREADS) {
    let chain = chainOf(image, direction, min(firstChannel + i % CROSS_CHANNELS, p.channels - 1u));
    let quad = i / CROSS_CHANNELS;
    crossRank[i] = select(vec4f(), constantQuad(chain, QUADS + 1u + min(quad, max(RANK_QUADS, 1u) - 1u)), quad < RANK_QUADS);
  }
}

// What four quads of a token's rank give δ of a channel.
fn fromRank(a: vec4f, b: vec4f, c: vec4f, d: vec4f, at: u32) -> f32 {
  return dot(a, crossRank[at]) + dot(b, crossRank[at + CROSS_CHANNELS]) + dot(c, crossRank[at + 2u * CROSS_CHANNELS]) +
    dot(d, crossRank[at + 3u * CROSS_CHANNELS]);
}

// δ before softplus where it comes without a rank, and its bias.
fn biasOf(image: u32, direction: u32, channel: u32, row: u32) -> f32 {
  let chain = chainOf(image, direction, min(channel, p.channels - 1u));
  let bias = constantQuad(chain, QUADS).y;
  if (RANK == 0u) { return bias + projectionAt(row + chain.channel); }
  return bias;
}

// δ of all tokens of a direction in the group's channels. A thread makes AT_ONCE channels of a token.
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

// δ of the tokens of a stride.
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
