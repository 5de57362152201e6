// out[r] = the index that a draw from the row of logits x[r] gives; see docs/numerics.md, Sampling. A group a row.
struct Params {
  rows: u32, columns: u32, xStride: u32, outStride: u32, temperature: f32, topK: u32, topP: f32, seed: u32,
  xOffset: u32, outOffset: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [rows, columns]
@group(0) @binding(1) var<storage, read_write> out: array<f32>; // [rows, 1]
@group(1) @binding(0) var<uniform> p: Params;

var<workgroup> keys: array<u32, 256>;
var<workgroup> indices: array<u32, 256>;
var<workgroup> counts: array<u32, 256>;
var<workgroup> masses: array<f32, 256>;

// The finaliser of murmur3.
fn mixed(given: u32) -> u32 {
  var h = (given ^ (given >> 16u)) * 0x85ebca6bu;
  h = (h ^ (h >> 13u)) * 0xc2b2ae35u;
  return h ^ (h >> 16u);
}

// −ln(−ln(1 − u)) of an index. Near 1 a logarithm of WGSL has no digits, so that a series takes its place.
fn gumbel(row: u32, index: u32) -> f32 {
  let hash = mixed(mixed(index ^ mixed(p.seed + row * 0x9e3779b9u)));
  let u = (f32(hash >> 9u) + 0.5) / 8388608.0;
  let series = u * (1.0 + u * (0.5 + u * (0.33333333 + u * (0.25 + u * 0.2))));
  return -log(select(-log(1.0 - u), series, u < 0.03125));
}

// Bits that grow with the number; 0 for NaN, the same for both zeros.
fn keyOf(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0u; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn valueAt(row: u32, i: u32) -> f32 { return x[p.xOffset + row * p.xStride + i]; }

// How many keys of the row are not below `lowest`.
fn countOf(row: u32, lane: u32, lowest: u32) -> u32 {
  var count = 0u;
  for (var i = lane; i < p.columns; i += 256u) { count += select(0u, 1u, keyOf(valueAt(row, i)) >= lowest); }
  workgroupBarrier();
  counts[lane] = count;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { counts[lane] += counts[lane + half]; }
  }
  return workgroupUniformLoad(&counts[0]);
}

// The probability, times that of the largest, of the keys that are not below `lowest`.
fn massOf(row: u32, lane: u32, lowest: u32, top: f32) -> f32 {
  var mass = 0.0;
  for (var i = lane; i < p.columns; i += 256u) {
    let value = valueAt(row, i);
    if (keyOf(value) >= lowest) { mass += exp(max((value - top) / p.temperature, -100.0)); }
  }
  workgroupBarrier();
  masses[lane] = mass;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { masses[lane] += masses[lane + half]; }
  }
  return workgroupUniformLoad(&masses[0]);
}

// The place of the largest key (x, y = its index); the first of equal ones.
fn largestOf(lane: u32, key: u32, index: u32) -> vec2u {
  workgroupBarrier();
  keys[lane] = key;
  indices[lane] = index;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = keys[lane + half];
      if (other > keys[lane] || (other == keys[lane] && indices[lane + half] < indices[lane])) {
        keys[lane] = other;
        indices[lane] = indices[lane + half];
      }
    }
  }
  let largest = workgroupUniformLoad(&keys[0]);
  return vec2u(largest, workgroupUniformLoad(&indices[0]));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var lowest = 1u;
  if (p.temperature > 0.0) {
    if (p.topK > 0u && p.topK < p.columns) {
      var found = 0u;
      for (var bit = 32u; bit > 0u; bit--) {
        let tried = found | (1u << (bit - 1u));
        if (countOf(row, lane, tried) >= p.topK) { found = tried; }
      }
      lowest = max(1u, found);
    }
    if (p.topP < 1.0) {
      var key = 0u;
      var index = 0xffffffffu;
      for (var i = lane; i < p.columns; i += 256u) {
        let mine = keyOf(valueAt(row, i));
        if (mine > key) { key = mine; index = i; }
      }
      let place = largestOf(lane, key, index);
      let top = valueAt(row, min(place.y, p.columns - 1u));
      let wanted = p.topP * massOf(row, lane, lowest, top);
      var found = 0u;
      for (var bit = 32u; bit > 0u; bit--) {
        let tried = found | (1u << (bit - 1u));
        if (massOf(row, lane, max(tried, lowest), top) >= wanted) { found = tried; }
      }
      lowest = max(lowest, found);
    }
  }
  var best = 0u;
  var at = 0xffffffffu;
  for (var i = lane; i < p.columns; i += 256u) {
    let value = valueAt(row, i);
    if (keyOf(value) < lowest) { continue; }
    var score = value;
    if (p.temperature > 0.0) { score = value / p.temperature + gumbel(row, i); }
    let key = keyOf(score);
    if (key > best) { best = key; at = i; }
  }
  let place = largestOf(lane, best, at);
  if (lane == 0u) { out[p.outOffset + row * p.outStride] = select(f32(place.y), -1.0, place.x == 0u); }
}
