// What the threads of a split tile tell each other of its rows; `slices` is free until a slice is done.
const ROW_LANES: u32 = 256u / TILE_M;

fn keepPart(turn: u32, thread: u32, value: f32) { slices[256u * turn + thread].x = value; }

fn partAt(turn: u32, thread: u32) -> f32 { return slices[256u * turn + thread].x; }

// Sum over the slices of the same four rows.
fn joinRows(thread: u32, values: vec4f) -> vec4f {
  slices[thread] = values;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = 0u; i < SLICES; i++) { sum += slices[i * SLICE_THREADS + thread % SLICE_THREADS]; }
  workgroupBarrier();
  return sum;
}
