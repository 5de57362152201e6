// One step of the selective scan: what it reads of a token, δ, and what it does to the states. The bindings, the parameters
// and the chain are those of `selective_scan.wgsl`.
// What a step needs of a token, read ahead of the step that uses it: the rank's inputs of δ (or δ itself) and B and C of a
// block, each four quads at most; further quads of the rank are read in the step.
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

// δ of one token. Loops are written out up to rank 16: an unrolled dot product keeps its weights in registers.
fn deltaOf(chain: Chain, token: Token, bias: f32) -> f32 {
  var delta = bias;
  if (RANK == 0u) { delta += token.low.a.x; }
  if (RANK_QUADS > 0u) { delta += dot(token.low.a, constantQuad(chain, QUADS + 1u)); }
  if (RANK_QUADS > 1u) { delta += dot(token.low.b, constantQuad(chain, QUADS + 2u)); }
  if (RANK_QUADS > 2u) { delta += dot(token.low.c, constantQuad(chain, QUADS + 3u)); }
  if (RANK_QUADS > 3u) { delta += dot(token.low.d, constantQuad(chain, QUADS + 4u)); }
  // A loop that never runs would stay in the code: it counts its rounds, as WebGPU's checks ask.
  if (RANK_QUADS > 4u) {
    for (var quad = 4u; quad < RANK_QUADS; quad++) {
      delta += dot(rankQuad(token.row, quad), constantQuad(chain, QUADS + 1u + quad));
    }
  }
  if (p.softplus != 0u) { return softplus(delta); }
  return delta;
}

// First element of B (`part` 0) or C (`part` 1) in a projection row.
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

// The token that a direction visits at `step`, where the one before it was `last`: without the divisions of `tokenAt`.
fn tokenAfter(last: u32, step: u32, direction: u32) -> u32 {
  switch (p.orders >> (4u * direction)) & 15u {
    case ORDER_ROW: { return last + 1u; }
    case ORDER_ROW_REVERSED: { return last - 1u; }
    case ORDER_COLUMN: { return select(last + p.gridWidth, last + p.gridWidth + 1u - p.length, last + p.gridWidth >= p.length); }
    case ORDER_COLUMN_REVERSED: { return select(last - p.gridWidth, last + p.length - p.gridWidth - 1u, last < p.gridWidth); }
    default: { return min(order[p.orderOffset + direction * p.length + min(step, p.length - 1u)], p.length - 1u); }
  }
}

// One step of four states; A holds log2 e as a factor.
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
