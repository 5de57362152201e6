// Four steps of the selective scan at once, without branches, so that their tokens are read together: compilers move a load
// that waits in a branch, or for the next round of a loop, down to its use. The bindings, the parameters and the chain are
// those of `selective_scan.wgsl`.
struct Stride { indices: vec4u, inputs: vec4f, a: Token, b: Token, c: Token, d: Token }

// The tokens of a walk from `step` on, which visits `index`. Past the end they are no tokens of the walk.
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

// States after some steps, and what C reads of them at each.
struct Walked { h: Quads, read: vec4f }

// One step, where there is one.
fn takeStep(h: Quads, a: Quads, delta: f32, token: Token, exists: bool) -> Quads {
  var next = advanceAll(h, a, 0u, delta, delta * token.input, token.b);
  next.a = select(h.a, next.a, exists);
  if (has(0u, 1u)) { next.b = select(h.b, next.b, exists); }
  return next;
}

// Takes the steps of a stride, `count` of them.
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
