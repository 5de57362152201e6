// The short scan in one dispatch, the entry `local` of `selective_scan.wgsl`: a group does a few channels, all segments and
// both directions at once, and hands the states on in its own memory; LOCAL_CHANNELS is what that has room for. δ is
// computed once, and the gate once for both directions.
//
// A chain's segments are joined in LOCAL_RUNS runs at once: a thread a run and quad turns what each segment leaves into what
// the run leaves up to there, then every thread goes through the runs before its own and through its own up to its segment.
const LOCAL_SLOTS: u32 = 64u;
const LOCAL_THREADS: u32 = LOCAL_SLOTS * LOCAL_CHANNELS;
const LOCAL_STEPS: u32 = 448u;
const LOCAL_RUNS: u32 = 8u;
var<workgroup> passed: array<f32, LOCAL_THREADS>; // Σδ of a segment, then of its run so far, [direction, segment, channel]
var<workgroup> joined: array<vec4f, min(QUADS, 4u) * LOCAL_THREADS>; // states, [quad, direction, segment, channel]
var<workgroup> perStep: array<f32, LOCAL_STEPS * LOCAL_CHANNELS>; // δ, then y, [direction, token, channel]

// Segments of a run, a multiple of four: a chain's are joined in LOCAL_RUNS runs at once.
fn runLength() -> u32 { return p.segments / LOCAL_RUNS; }

// The run of segments, and the quad of it, that a thread joins.
struct Run { quad: u32, first: u32, a: vec4f }

fn runOf(place: vec3u, number: u32) -> Run {
  let column = number % LOCAL_CHANNELS;
  let quad = number / LOCAL_CHANNELS % QUADS;
  let run = number / LOCAL_CHANNELS / QUADS;
  let chain = chainOf(imageOf(place), run / LOCAL_RUNS, min(place.x * LOCAL_CHANNELS + column, p.channels - 1u));
  return Run(quad, run * runLength() * LOCAL_CHANNELS + column, constantQuad(chain, quad));
}

// Turns the states that the segments of a run leave into those that the run so far leaves.
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

// Σδ of the run so far, of what `passed` holds of its segments: eight at most.
fn passedInRun(lane: u32) -> f32 {
  let before = lane / LOCAL_CHANNELS % runLength();
  var sum = 0.0;
  for (var i = 0u; i < 8u; i++) { sum += select(0.0, passed[lane - min(i, before) * LOCAL_CHANNELS], i <= before); }
  return sum;
}

// What becomes of states on their way through a segment or a run.
fn through(h: Quads, a: Quads, at: u32) -> Quads {
  let time = passed[at];
  var next = h;
  next.a = fma(exp2(time * a.a), h.a, joined[at]);
  if (has(0u, 1u)) { next.b = fma(exp2(time * a.b), h.b, joined[LOCAL_THREADS + at]); }
  if (has(0u, 2u)) { next.c = fma(exp2(time * a.c), h.c, joined[2u * LOCAL_THREADS + at]); }
  if (has(0u, 3u)) { next.d = fma(exp2(time * a.d), h.d, joined[3u * LOCAL_THREADS + at]); }
  return next;
}

// The states that enter the segment of a thread, of those that every segment and its run so far leave.
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
