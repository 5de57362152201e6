// What the threads of a tile tell each other of its rows; `inputTile` and `weightTile` are free until the first block is kept.
const ROW_LANES: u32 = TILE_THREADS / TILE_M;

fn keepPart(turn: u32, thread: u32, value: f32) {
  if (turn == 0u) {
    inputTile[thread].x = value;
  } else {
    weightTile[thread].x = value;
  }
}

fn partAt(turn: u32, thread: u32) -> f32 {
  if (turn == 0u) { return inputTile[thread].x; }
  return weightTile[thread].x;
}

// Sum over the threads that read the same four rows.
fn joinRows(thread: u32, values: vec4f) -> vec4f {
  if (thread < INPUT_BLOCKS) { inputTile[thread] = values; }
  workgroupBarrier();
  let first = min(thread, INPUT_BLOCKS - 1u) / (TILE_K / 4u) * (TILE_K / 4u);
  var sum = vec4f();
  for (var i = 0u; i < TILE_K / 4u; i++) { sum += inputTile[first + i]; }
  workgroupBarrier();
  return sum;
}
