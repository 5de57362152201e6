// Rows sorted by class, the class of a row being the column of its largest x + noise: see `src/reference/sort.ts`. `main`
// finds the classes of a block of 64 rows and counts them; `place` gives each row its place, for which each block adds up
// the counts for itself. Where those are many, `begin` turns them into the first place of each class and block before that.
struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, noiseStride: u32, outStride: u32, random: u32, seed: u32,
  xOffset: u32, noiseOffset: u32, outOffset: u32,
  blocks: u32, given: u32, begun: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, rows, columns]
@group(0) @binding(1) var<storage, read> noise: array<f32>; // [batch, rows, columns]
@group(0) @binding(2) var<storage, read_write> out: array<u32>; // [batch, order | place | class, rows]
@group(0) @binding(3) var<storage, read_write> scratch: array<u32>; // [batch, blocks, columns]
@group(1) @binding(0) var<uniform> p: Params;

fn mixBits(x: u32) -> u32 {
  let a = (x ^ (x >> 16u)) * 0x85ebca6bu;
  let b = (a ^ (a >> 13u)) * 0xc2b2ae35u;
  return b ^ (b >> 16u);
}

fn gumbel(i: u32) -> f32 {
  return -log(-log((f32(mixBits(i ^ p.seed) >> 9u) + 0.5) / 8388608.0));
}

// Where the classes of an image begin.
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

// Which of four rows of a block are of a class.
fn sameClass(i: u32, c: u32) -> vec4u {
  return select(vec4u(), vec4u(1u), vec4u(classes[i], classes[i + 1u], classes[i + 2u], classes[i + 3u]) == vec4u(c));
}

@compute @workgroup_size(64u * LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.x * 64u + thread / LANES;
  var largest = -3.4028234e38;
  var column = 0u;
  if (row < p.rows) {
    // Four at a time, which are read together.
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
    // Of equal values the first column; past the last row a class that no row has.
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

// The sum of what the threads before give.
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

// Place of count `i` in the order of classes, then blocks.
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

// Of a class in all blocks, and in those before one.
struct Counts { total: u32, before: u32 }

fn addCount(counts: Counts, image: u32, other: u32, class_: u32, block: u32) -> Counts {
  let at = (image * p.blocks + min(other, p.blocks - 1u)) * p.columns + min(class_, p.columns - 1u);
  let count = select(0u, scratch[at], other < p.blocks && class_ < p.columns);
  return Counts(counts.total + count, counts.before + select(0u, count, other < block));
}

var<workgroup> befores: array<u32, 256>;
var<workgroup> firsts: array<u32, 256>;

// First place of each class in a block: all rows of the classes before, and its own of the blocks before. Where classes
// are fewer than threads, several share one.
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
