// Rows sorted by class, the class of a row being the column of its largest x + noise: see `src/reference/sort.ts`. Four
// steps: `main` finds the classes; `count` counts those of each block of 64 rows; `begin` turns the counts into the first
// place of each class and block, class by class; `place` gives each row its place.
struct Params {
  batch: u32, rows: u32, columns: u32, xStride: u32, noiseStride: u32, outStride: u32, random: u32, seed: u32,
  xOffset: u32, noiseOffset: u32, outOffset: u32,
  blocks: u32, given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, rows, columns]
@group(0) @binding(1) var<storage, read> noise: array<f32>; // [batch, rows, columns]
@group(0) @binding(2) var<storage, read_write> out: array<u32>; // [batch, order | place | class, rows]
@group(0) @binding(3) var<storage, read_write> scratch: array<u32>; // [batch, columns, blocks]
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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (group.y * groups.x + group.x) * 64u + lane;
  if (row >= p.batch * p.rows) { return; }
  var best = -3.4028234e38;
  var chosen = 0u;
  for (var c = 0u; c < p.columns; c++) {
    var value = x[p.xOffset + row * p.xStride + c];
    if (p.given != 0u) { value += noise[p.noiseOffset + row * p.noiseStride + c]; }
    if (p.random != 0u) { value += gumbel(row * p.columns + c); }
    if (value > best) {
      best = value;
      chosen = c;
    }
  }
  out[classesOf(row / p.rows) + row % p.rows] = chosen;
}

var<workgroup> classes: array<u32, 256>;

// Classes of a block, one a thread; past the last row one that no row has.
fn shareClasses(image: u32, block: u32, lane: u32) -> u32 {
  let row = block * 64u + lane;
  var class_ = p.columns;
  if (row < p.rows) { class_ = out[classesOf(image) + row]; }
  classes[lane] = class_;
  workgroupBarrier();
  return class_;
}

@compute @workgroup_size(64)
fn count(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  shareClasses(group.y, group.x, lane);
  for (var c = lane; c < p.columns; c += 64u) {
    var sum = 0u;
    for (var i = 0u; i < 64u; i++) { sum += select(0u, 1u, classes[i] == c); }
    scratch[(group.y * p.columns + c) * p.blocks + group.x] = sum;
  }
}

@compute @workgroup_size(256)
fn begin(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let total = p.columns * p.blocks;
  let run = (total + 255u) / 256u;
  let first = group.x * total;
  var sum = 0u;
  for (var i = lane * run; i < min(total, (lane + 1u) * run); i++) { sum += scratch[first + i]; }
  classes[lane] = sum;
  workgroupBarrier();
  for (var step = 1u; step < 256u; step *= 2u) {
    var before = 0u;
    if (lane >= step) { before = classes[lane - step]; }
    workgroupBarrier();
    classes[lane] += before;
    workgroupBarrier();
  }
  var place = classes[lane] - sum;
  for (var i = lane * run; i < min(total, (lane + 1u) * run); i++) {
    let here = scratch[first + i];
    scratch[first + i] = place;
    place += here;
  }
}

@compute @workgroup_size(64)
fn place(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let class_ = shareClasses(group.y, group.x, lane);
  let row = group.x * 64u + lane;
  if (row >= p.rows) { return; }
  var at = scratch[(group.y * p.columns + class_) * p.blocks + group.x];
  for (var i = 0u; i < lane; i++) { at += select(0u, 1u, classes[i] == class_); }
  let order = p.outOffset + 3u * group.y * p.outStride;
  out[order + at] = row;
  out[order + p.outStride + row] = at;
}
