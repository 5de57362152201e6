// uses: activation half tile slices
// out[r, g, o] = act(Σ_i x'[r, g, i]·weight[g, o, i] + bias[g, o]), x' being x or, where NORM is NORM_RMS (root mean
// square) or NORM_LAYER (mean and variance), the norm of each x[r, g]; accumulate adds that to out·scale. `main` is for products that fill a GPU
// tile by tile; `split` is for small ones.
struct Params {
  rows: u32, inner: u32, outer: u32, groups: u32, xStride: u32, outStride: u32, activation: u32, slope: f32,
  accumulate: u32, norm: u32, epsilon: f32,
  xOffset: u32, weightOffset: u32, biasOffset: u32, scaleOffset: u32, normWeightOffset: u32, normBiasOffset: u32,
  outOffset: u32,
  given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Word>; // [rows, groups · inner]
@group(0) @binding(1) var<storage, read> weight: array<Weights>; // [groups, inner, outer / 4]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [groups · outer]
@group(0) @binding(3) var<storage, read> scale: array<f32>; // [groups · outer]
@group(0) @binding(4) var<storage, read> normWeight: array<vec4f>; // [groups · inner]
@group(0) @binding(5) var<storage, read> normBias: array<vec4f>; // [groups · inner]
@group(0) @binding(6) var<storage, read_write> out: array<Result>; // [rows, groups · outer]
@group(1) @binding(0) var<uniform> p: Params;

var<private> tileRow: u32;
var<private> productGroup: u32;
var<private> starts: vec4u;
// Of the four rows that a thread reads: mean, factor, and the squares that it has read so far.
var<private> means: vec4f;
var<private> factors: vec4f;
var<private> powers: vec4f;

fn outerQuads() -> u32 { return (p.outer + 3u) / 4u; }

// First column quad of a tile, the tiles of all groups being numbered one after the other.
fn enterTile(group: vec3u, groups: vec3u) -> u32 {
  tileRow = (group.z * groups.y + group.y) * TILE_M;
  if (!GROUPED) { return group.x * (TILE_N / 4u); }
  let across = (p.outer + TILE_N - 1u) / TILE_N;
  productGroup = group.x / across;
  weightStart = productGroup * p.inner * outerQuads();
  return group.x % across * (TILE_N / 4u);
}

// Rows past the last are read as the last; their results are not stored.
fn enterRows(m: u32) {
  let rows = min(vec4u(tileRow + m) + vec4u(0u, 1u, 2u, 3u), vec4u(p.rows - 1u));
  starts = vec4u(p.xOffset + productGroup * p.inner) + rows * p.xStride;
}

fn rawQuad(i: u32, j: u32) -> vec4f { return inputRun(starts[i] + j, j, 0u, p.inner); }

fn rawRows(j: u32) -> mat4x4f { return mat4x4f(rawQuad(0u, j), rawQuad(1u, j), rawQuad(2u, j), rawQuad(3u, j)); }

// Quads of the four rows less their means, 0 outside.
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

// A quad of a row less its mean, 0 outside.
fn centredQuad(start: u32, j: u32, mean: f32) -> vec4f {
  if (WHOLE) { return select(vec4f(), insideRun(start, j) - mean, j < p.inner); }
  let inside = vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner);
  return select(vec4f(), insideRun(start, j) - mean, inside);
}

fn fourParts(turn: u32, first: u32) -> f32 {
  return partAt(turn, first) + partAt(turn, first + 1u) + partAt(turn, first + 2u) + partAt(turn, first + 3u);
}

// Sum over the threads of a row, of which there are 2, 4, 8 or 16, in one of two places.
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

// Means and factors of a tile's rows: ROW_LANES threads add up a row, neighbours side by side and four quads at once; then
// each thread takes those of the four rows from m on, which it will read. A root mean square needs no mean, so its factor
// can wait until the row is read anyway.
fn prepareRows(thread: u32, m: u32) {
  if (NORM != NORM_LAYER) { return; }
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

// Elements j … j + 3 of the norm's weight and bias, 0 outside.
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

// The norm of quads of the four rows; of a layer norm, of quads less their means.
fn normed(rows: mat4x4f, j: u32) -> mat4x4f {
  let scales = normWeightQuad(j);
  if (NORM == NORM_RMS) {
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
  if (NORM == NORM_NONE) { return rawRows(j); }
  if (NORM == NORM_RMS) { return normed(rawRows(j), j); }
  return normed(centredRows(j), j);
}

const PAIRS: bool = WHOLE;

fn insideRows(tap: u32, j: u32) -> mat4x4f {
  let rows = mat4x4f(
    insideRun(starts[0], j), insideRun(starts[1], j), insideRun(starts[2], j), insideRun(starts[3], j),
  );
  if (NORM == NORM_NONE) { return rows; }
  if (NORM == NORM_RMS) { return normed(rows, j); }
  return normed(mat4x4f(rows[0] - means[0], rows[1] - means[1], rows[2] - means[2], rows[3] - means[3]), j);
}

fn scaleRows(sums: mat4x4f, by: vec4f) -> mat4x4f {
  return mat4x4f(sums[0] * by[0], sums[1] * by[1], sums[2] * by[2], sums[3] * by[3]);
}

fn finishTile(thread: u32, m: u32, sums: Sums) -> Sums {
  if (NORM != NORM_RMS) { return sums; }
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

// The factors of a thread's four rows in a split tile, once it has read them.
fn sliceFactors(thread: u32) -> vec4f {
  if (NORM != NORM_RMS) { return vec4f(1.0); }
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
