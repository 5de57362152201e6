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
@group(0) @binding(4) var<storage, read> normWeight: array<f32>; // [groups · inner]
@group(0) @binding(5) var<storage, read> normBias: array<f32>; // [groups · inner]
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

// Means and factors of the four rows, each thread adding up the quads that it will read. A root mean square needs no mean,
// so its factor can wait until the row is read anyway.
fn prepareRows(thread: u32, first: u32, step: u32) {
  if (NORM != NORM_LAYER) { return; }
  var sums = vec4f();
  for (var j = first; j < p.inner; j += step) { sums += vec4f(1.0) * rawRows(j); }
  means = joinRows(thread, sums) / f32(p.inner);
  for (var j = first; j < p.inner; j += step) { powers += squaresOf(centredRows(j)); }
  factors = factorsOf(joinRows(thread, powers));
}

// Elements j … j + 3 of a vector over the columns of x, 0 outside.
fn normQuad(values: vec4f, j: u32) -> vec4f {
  return select(vec4f(), values, vec4u(j) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.inner));
}

fn normWeightQuad(j: u32) -> vec4f {
  let at = p.normWeightOffset + productGroup * p.inner + j;
  return normQuad(vec4f(normWeight[at], normWeight[at + 1u], normWeight[at + 2u], normWeight[at + 3u]), j);
}

fn normBiasQuad(j: u32) -> vec4f {
  if ((p.given & 4u) == 0u) { return vec4f(); }
  let at = p.normBiasOffset + productGroup * p.inner + j;
  return normQuad(vec4f(normBias[at], normBias[at + 1u], normBias[at + 2u], normBias[at + 3u]), j);
}

fn inputRows(tap: u32, j: u32) -> mat4x4f {
  if (NORM == NORM_NONE) { return rawRows(j); }
  let scales = normWeightQuad(j);
  if (NORM == NORM_RMS) {
    let rows = rawRows(j);
    powers += squaresOf(rows);
    return mat4x4f(rows[0] * scales, rows[1] * scales, rows[2] * scales, rows[3] * scales);
  }
  let rows = centredRows(j);
  let shifts = normBiasQuad(j);
  return mat4x4f(
    rows[0] * factors[0] * scales + shifts, rows[1] * factors[1] * scales + shifts,
    rows[2] * factors[2] * scales + shifts, rows[3] * factors[3] * scales + shifts,
  );
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

fn finishSlice(thread: u32, sums: mat4x4f) -> mat4x4f {
  if (NORM != NORM_RMS) { return sums; }
  return scaleRows(sums, factorsOf(joinRows(thread, powers)));
}

fn storeRow(row: u32, column: u32, sums: vec4f) {
  if (row >= p.rows || column >= p.outer) { return; }
  let channel = productGroup * p.outer + column;
  storeQuad(p.outOffset + row * p.outStride + channel, channel, sums, p.outer - column);
}

fn storeResult(row: u32, column: u32, sum: f32) {
  if (row >= p.rows || column >= p.outer) { return; }
  let channel = productGroup * p.outer + column;
  storeOne(p.outOffset + row * p.outStride + channel, channel, sum);
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
