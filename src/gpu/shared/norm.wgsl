// What `rms_norm` and `layer_norm` share: ROW_THREADS threads walk over one row, 64 / ROW_THREADS rows a group. A thread
// keeps the first four words that it reads of a row; what a wider row has beside is read three times (mean, spread,
// result), so that any width fits. The sum with the residual is stored first and read back by the thread that wrote it.
var<workgroup> partial: array<f32, 64>;

fn sumFour(first: u32, step: u32) -> f32 {
  return partial[first] + partial[first + step] + partial[first + 2u * step] + partial[first + 3u * step];
}

// Sum over the threads of a row, of which there are 8, 16, 32 or 64: of each eight, then of those. Written out, as shader
// compilers leave loops as they are.
fn sumThreads(lane: u32, value: f32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  let eight = lane / 8u * 8u;
  var sum = sumFour(eight, 1u) + sumFour(eight + 4u, 1u);
  workgroupBarrier();
  if (ROW_THREADS == 8u) { return sum; }
  partial[lane] = sum;
  workgroupBarrier();
  let first = lane / ROW_THREADS * ROW_THREADS;
  sum = partial[first] + partial[first + 8u];
  if (ROW_THREADS > 16u) { sum += partial[first + 16u] + partial[first + 24u]; }
  if (ROW_THREADS > 32u) { sum += sumFour(first + 32u, 8u); }
  workgroupBarrier();
  return sum;
}

// Word c of a row.
fn wordAt(row: u32, c: u32) -> Value {
  if (HAS_RESIDUAL) { return residual[(p.residualOffset + row * p.residualStride) / LANES + c]; }
  return x[(p.xOffset + row * p.xStride) / LANES + c];
}

// Word c of `width` less the mean; zero past the last.
fn wordOff(value: Value, c: u32, width: u32, mean: f32) -> Value { return select(Value(), value - mean, c < width); }

fn storeWord(row: u32, c: u32, width: u32, value: Value) {
  if (c >= width) { return; }
  var result = value * weight[p.weightOffset / LANES + c] + biasAt(c);
  if (HAS_GATE) { result *= activateAll(ACTIVATION_SILU, 0.0, gate[(p.gateOffset + row * p.gateStride) / LANES + c]); }
  out[(p.outOffset + row * p.outStride) / LANES + c] = result;
}

fn normalise(group: u32, lane: u32, centred: bool) {
  let row = group * (64u / ROW_THREADS) + lane / ROW_THREADS;
  let width = select(0u, p.columns / LANES, row < p.rows);
  let c0 = lane % ROW_THREADS;
  let c1 = c0 + ROW_THREADS;
  let c2 = c1 + ROW_THREADS;
  let c3 = c2 + ROW_THREADS;
  let rest = c3 + ROW_THREADS;
  if (HAS_RESIDUAL) {
    for (var c = c0; c < width; c += ROW_THREADS) {
      residual[(p.residualOffset + row * p.residualStride) / LANES + c] += x[(p.xOffset + row * p.xStride) / LANES + c];
    }
  }
  let known = min(row, p.rows - 1u);
  let last = p.columns / LANES - 1u;
  let v0 = wordAt(known, min(c0, last));
  let v1 = wordAt(known, min(c1, last));
  let v2 = wordAt(known, min(c2, last));
  let v3 = wordAt(known, min(c3, last));
  var mean = 0.0;
  if (centred) {
    var sum = wordOff(v0, c0, width, 0.0) + wordOff(v1, c1, width, 0.0) + wordOff(v2, c2, width, 0.0) +
      wordOff(v3, c3, width, 0.0);
    for (var c = rest; c < width; c += ROW_THREADS) { sum += wordAt(row, c); }
    mean = sumThreads(lane, totalOf(sum)) / f32(p.columns);
  }
  let o0 = wordOff(v0, c0, width, mean);
  let o1 = wordOff(v1, c1, width, mean);
  let o2 = wordOff(v2, c2, width, mean);
  let o3 = wordOff(v3, c3, width, mean);
  var power = o0 * o0 + o1 * o1 + o2 * o2 + o3 * o3;
  for (var c = rest; c < width; c += ROW_THREADS) {
    let off = wordAt(row, c) - mean;
    power += off * off;
  }
  let factor = 1.0 / sqrt(sumThreads(lane, totalOf(power)) / f32(p.columns) + p.epsilon);
  storeWord(row, c0, width, o0 * factor);
  storeWord(row, c1, width, o1 * factor);
  storeWord(row, c2, width, o2 * factor);
  storeWord(row, c3, width, o3 * factor);
  for (var c = rest; c < width; c += ROW_THREADS) { storeWord(row, c, width, (wordAt(row, c) - mean) * factor); }
}
