// The scan for many chains, the entry `fed` of `selective_scan.wgsl`. A thread walks one channel of one direction, four
// steps a turn, and a third of a group's threads only load: they lay the tokens of the next turn into workgroup memory
// while the others walk this one. A walker that loaded ahead for itself would wait all the same, as compilers move a load
// down to where its value is used.
//
// Two directions walk the same tokens from both ends. In the early half of the turns no token was visited before and its
// y is stored as it is; in the second half each holds the y of the other direction, and the sum is gated.
const WALKERS: u32 = 128u;
const LOADERS: u32 = 64u;
const FED_CHANNELS: u32 = WALKERS / DIRECTIONS;
// Of a token's row: Δ quads, four quads of B, four of C.
const ROW_B: u32 = max(RANK_QUADS, 4u);
const ROW_C: u32 = ROW_B + 4u;
const ROWS: u32 = 4u * DIRECTIONS;
// Quads of a row that are loaded, and of all rows of a turn.
const ROW_QUADS: u32 = RANK_QUADS + 2u * QUADS;
const TURN_QUADS: u32 = ROWS * ROW_QUADS;
const FED_DELTAS: u32 = select(1u, WALKERS, RANK == 0u);
var<workgroup> fedRows: array<array<vec4f, ROW_C + 4u>, 2u * ROWS>; // [turn % 2, step, direction]
var<workgroup> fedTokens: array<array<vec2f, WALKERS>, 8>; // u and z [turn % 2, step, walker]
var<workgroup> fedDeltas: array<array<f32, FED_DELTAS>, 8>; // δ before its bias, where it comes without a rank

// The steps of a direction in one turn: four from `first` on, those before `end`.
struct Turn { first: u32, end: u32, second: bool }

fn turnsOfHalf() -> u32 { return ((p.length + DIRECTIONS - 1u) / DIRECTIONS + 3u) / 4u; }

fn turnOf(number: u32, direction: u32) -> Turn {
  if (DIRECTIONS == 1u) { return Turn(4u * number, p.length, true); }
  let half = (p.length + 1u - direction) / 2u;
  if (number < turnsOfHalf()) { return Turn(4u * number, half, false); }
  return Turn(half + 4u * (number - turnsOfHalf()), p.length, true);
}

// The token of a step of a turn; past the end, the last one before it.
fn turnToken(chain: Chain, turn: Turn, i: u32) -> u32 {
  let step = min(turn.first + i, max(turn.end, 1u) - 1u);
  let reversed = ((p.orders >> (4u * chain.direction)) & 15u) == ORDER_ROW_REVERSED;
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

// What a walker needs of four tokens that others do not.
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

// Brings a turn into workgroup memory: all loads first, so that they are on their way together.
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

// What a walker keeps, beside its states.
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

// δ of one step before softplus.
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

// `softplus` of four steps without its branch, so that the steps mingle: past 20 the sum rounds to x by itself.
fn softplus4(x: vec4f) -> vec4f {
  let e = exp(-abs(x));
  let s = e / (2.0 + e);
  let q = s * s;
  let series = 1.0 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * (0.090909091 +
    q * (0.076923077 + q * 0.066666667))))));
  let sum = select(vec4f(), x, x > vec4f()) + 2.0 * s * series;
  return select(sum, x, (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u));
}

// δ of four steps, zero past the end of the turn.
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

// One step of all states; gives what C reads of them.
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

// Walks the steps of a turn and stores their outputs.
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
    // The second half reads what the other direction stored in the first one.
    if (DIRECTIONS > 1u && number == turnsOfHalf()) { storageBarrier(); }
    workgroupBarrier();
  }
}
