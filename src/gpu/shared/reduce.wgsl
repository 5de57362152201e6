// What `mean_rows` and `max_rows` share: a group reduces one slice of the rows of 8 columns, 8 threads a column. Tall
// inputs are cut into slices whose results go to `scratch` [batch, slices, columns]; `finish` reduces those. Four rows are
// read at once.
var<workgroup> partial: array<f32, 64>;

fn joinLanes(lane: u32, value: f32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 4u; half /= 2u) {
    if (lane < half) { partial[lane] = join(partial[lane], partial[lane + half]); }
    workgroupBarrier();
  }
  return partial[lane];
}

// Element of a row that joins to what is there already, and nothing from `end` on.
fn rowValue(nothing: f32, image: u32, row: u32, end: u32, column: u32) -> f32 {
  return select(nothing, x[p.xOffset + (image * p.rows + min(row, p.rows - 1u)) * p.xStride + column], row < end);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 8u + lane % 8u;
  let end = min(p.rows, (group.y + 1u) * p.sliceRows);
  var value = 0.0;
  if (column < p.columns) {
    let first = group.y * p.sliceRows;
    let nothing = start(rowValue(0.0, group.z, first, end, column));
    value = nothing;
    for (var r = first + lane / 8u; r < end; r += 32u) {
      let a = rowValue(nothing, group.z, r, end, column);
      let b = rowValue(nothing, group.z, r + 8u, end, column);
      let c = rowValue(nothing, group.z, r + 16u, end, column);
      let d = rowValue(nothing, group.z, r + 24u, end, column);
      value = join(value, join(join(a, b), join(c, d)));
    }
  }
  value = joinLanes(lane, value);
  if (lane >= 8u || column >= p.columns) { return; }
  if (p.slices == 1u) {
    out[p.outOffset + group.z * p.outStride + column] = result(value);
  } else {
    scratch[(group.z * p.slices + group.y) * p.columns + column] = value;
  }
}

@compute @workgroup_size(64)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 8u + lane % 8u;
  var value = 0.0;
  if (column < p.columns) {
    value = start(scratch[group.z * p.slices * p.columns + column]);
    for (var i = lane / 8u; i < p.slices; i += 8u) {
      value = join(value, scratch[(group.z * p.slices + i) * p.columns + column]);
    }
  }
  value = joinLanes(lane, value);
  if (lane < 8u && column < p.columns) { out[p.outOffset + group.z * p.outStride + column] = result(value); }
}
