// What `rms_norm` and `layer_norm` share: LANES threads walk over one row, 64 / LANES rows a group. A row is read three
// times (mean, spread, result) rather than kept, so any width fits; the sum with the residual is stored in the first walk
// and read back by the thread that wrote it.
var<workgroup> partial: array<f32, 64>;

fn sumLanes(lane: u32, value: f32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane % LANES < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  let sum = partial[lane / LANES * LANES];
  workgroupBarrier();
  return sum;
}

fn valueAt(row: u32, column: u32) -> f32 {
  if (HAS_RESIDUAL) { return residual[p.residualOffset + row * p.residualStride + column]; }
  return x[p.xOffset + row * p.xStride + column];
}

fn normalise(group: u32, lane: u32, centred: bool) {
  let row = group * (64u / LANES) + lane / LANES;
  let width = select(0u, p.columns, row < p.rows);
  let first = lane % LANES;
  if (HAS_RESIDUAL) {
    for (var c = first; c < width; c += LANES) {
      residual[p.residualOffset + row * p.residualStride + c] += x[p.xOffset + row * p.xStride + c];
    }
  }
  var mean = 0.0;
  if (centred) {
    var sum = 0.0;
    for (var c = first; c < width; c += LANES) { sum += valueAt(row, c); }
    mean = sumLanes(lane, sum) / f32(p.columns);
  }
  var power = 0.0;
  for (var c = first; c < width; c += LANES) {
    let off = valueAt(row, c) - mean;
    power += off * off;
  }
  let factor = 1.0 / sqrt(sumLanes(lane, power) / f32(p.columns) + p.epsilon);
  for (var c = first; c < width; c += LANES) {
    var value = (valueAt(row, c) - mean) * factor * weight[p.weightOffset + c] + biasAt(c);
    if (HAS_GATE) { value *= silu(gate[p.gateOffset + row * p.gateStride + c]); }
    out[p.outOffset + row * p.outStride + c] = value;
  }
}
