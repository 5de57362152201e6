// uses: activation half reduce
// out[b] = sigmoid(expand·relu(squeeze·m + squeezeBias) + expandBias), m being the mean over the rows of x[b]. `main` sums
// slices of the rows; `attend` does the rest, one group an image, with what one thread leaves for another in `out` (the
// means) and behind the sums in `scratch` (the hidden units).
struct Params {
  batch: u32, rows: u32, columns: u32, hidden: u32, xStride: u32, outStride: u32,
  xOffset: u32, squeezeOffset: u32, squeezeBiasOffset: u32, expandOffset: u32, expandBiasOffset: u32, outOffset: u32,
  slices: u32, sliceRows: u32, given: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, rows, columns]
@group(0) @binding(1) var<storage, read> squeeze: array<u32>; // [columns, hidden to a multiple of 4], f32 or f16
@group(0) @binding(2) var<storage, read> squeezeBias: array<f32>; // [hidden]
@group(0) @binding(3) var<storage, read> expand: array<u32>; // [hidden, columns to a multiple of 4], f32 or f16
@group(0) @binding(4) var<storage, read> expandBias: array<f32>; // [columns]
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // [batch, columns]
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>; // [batch, slices, columns], [batch, hidden]
@group(1) @binding(0) var<uniform> p: Params;

fn start(first: f32) -> f32 { return 0.0; }

fn join(a: f32, b: f32) -> f32 { return a + b; }

fn result(sum: f32) -> f32 { return sum / f32(p.rows); }

fn padded(size: u32) -> u32 { return (size + 3u) / 4u * 4u; }

fn squeezeAt(at: u32) -> f32 {
  if ((p.given & 4u) != 0u) { return halvesOf(vec4u(squeeze[at / 2u] >> (16u * (at & 1u)))).x; }
  return bitcast<f32>(squeeze[at]);
}

fn expandAt(at: u32) -> f32 {
  if ((p.given & 8u) != 0u) { return halvesOf(vec4u(expand[at / 2u] >> (16u * (at & 1u)))).x; }
  return bitcast<f32>(expand[at]);
}

const UNIT_LANES: u32 = 32u;
const UNITS: u32 = 256u / UNIT_LANES;
var<workgroup> unitSums: array<f32, 256>;

// Threads that add up the slices of one column.
const MEAN_LANES: u32 = 4u;

fn sliceSum(image: u32, slice: u32, column: u32) -> f32 {
  let at = (image * p.slices + min(slice, p.slices - 1u)) * p.columns + min(column, p.columns - 1u);
  return select(0.0, scratch[at], slice < p.slices);
}

// Sum over the lanes of a unit, in its first lane.
fn joinUnit(thread: u32, value: f32) -> f32 {
  unitSums[thread] = value;
  workgroupBarrier();
  for (var half = UNIT_LANES / 2u; half > 0u; half /= 2u) {
    if (thread % UNIT_LANES < half) { unitSums[thread] += unitSums[thread + half]; }
    workgroupBarrier();
  }
  return unitSums[thread];
}

@compute @workgroup_size(256)
fn attend(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let image = group.x;
  let firstOut = p.outOffset + image * p.outStride;
  let firstUnit = p.batch * p.slices * p.columns + image * p.hidden;
  for (var first = 0u; first < p.columns; first += 256u / MEAN_LANES) {
    let column = first + thread / MEAN_LANES;
    var sum = 0.0;
    for (var i = thread % MEAN_LANES; i < p.slices; i += 4u * MEAN_LANES) {
      sum += sliceSum(image, i, column) + sliceSum(image, i + MEAN_LANES, column) +
        sliceSum(image, i + 2u * MEAN_LANES, column) + sliceSum(image, i + 3u * MEAN_LANES, column);
    }
    unitSums[thread] = sum;
    workgroupBarrier();
    if (thread % MEAN_LANES == 0u && column < p.columns) {
      out[firstOut + column] = result(unitSums[thread] + unitSums[thread + 1u] + unitSums[thread + 2u] + unitSums[thread + 3u]);
    }
    workgroupBarrier();
  }
  storageBarrier();
  for (var first = 0u; first < p.hidden; first += UNITS) {
    let unit = first + thread / UNIT_LANES;
    var sum = 0.0;
    if (unit < p.hidden) {
      for (var c = thread % UNIT_LANES; c < p.columns; c += UNIT_LANES) {
        sum = fma(squeezeAt(p.squeezeOffset + c * padded(p.hidden) + unit), out[firstOut + c], sum);
      }
    }
    sum = joinUnit(thread, sum);
    if (unit < p.hidden && thread % UNIT_LANES == 0u) {
      if ((p.given & 1u) != 0u) { sum += squeezeBias[p.squeezeBiasOffset + unit]; }
      scratch[firstUnit + unit] = activate(3u, 0.0, sum);
    }
    workgroupBarrier();
  }
  storageBarrier();
  for (var c = thread; c < p.columns; c += 256u) {
    var sum = 0.0;
    if ((p.given & 2u) != 0u) { sum = expandBias[p.expandBiasOffset + c]; }
    for (var unit = 0u; unit < p.hidden; unit++) {
      sum = fma(expandAt(p.expandOffset + unit * padded(p.columns) + c), scratch[firstUnit + unit], sum);
    }
    out[firstOut + c] = sigmoid(sum);
  }
}
