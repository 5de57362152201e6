// uses: activation
// Attention among the pixels of each window, head by head: see `src/reference/attention.ts`. A thread has one query of 64
// and, of the keys, every PARTS-th four; what its PARTS threads found of a query is joined at the end. Keys and values pass
// by in tiles of KEYS that the group shares, four at a time, and the weights are kept relative to the largest score so far,
// so that no score is stored. QUADS vectors hold a head, zeros behind its last column: up to eight,
// or a multiple of eight. What is done for each of them is written out, as shader compilers leave loops as they are.
struct Params {
  batch: u32, height: u32, width: u32, heads: u32, headWidth: u32, window: u32, shift: u32, xStride: u32, outStride: u32,
  firstRow: u32, rowCount: u32,
  xOffset: u32, biasOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, height, width, q | k | v]
@group(0) @binding(1) var<storage, read> bias: array<f32>; // [heads, 2·window − 1, 2·window − 1]
@group(0) @binding(2) var<storage, read_write> out: array<f32>; // [batch, height, width, heads · headWidth]
@group(1) @binding(0) var<uniform> p: Params;

var<workgroup> keys: array<vec4f, KEYS * QUADS>;
var<workgroup> values: array<vec4f, KEYS * QUADS>;
// Of each key its place in a head's table of biases, seen from the first pixel of the window, and its bands.
var<workgroup> places: array<vec2u, KEYS>;

// Eight vectors of a head. A wider one has more of them.
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

// Products of a vector with those of four keys.
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

// Four values by their weights, added to what there is of a vector.
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

// Bands of the rows (or columns) of a shifted image: those that the shift moved over the edge are apart from the others.
fn bandAt(at: u32, size: u32) -> u32 {
  return select(0u, select(1u, 2u, at + p.shift >= size), at + p.window >= size);
}

fn bandsAt(y: u32, column: u32) -> u32 { return 3u * bandAt(y, p.height) + bandAt(column, p.width); }

// What a part of the keys gives a query: the largest score, the sum of the weights, and the values by their weights.
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

// A part joined with the one that another thread kept.
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
  // One part after the other hands over to the first.
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
