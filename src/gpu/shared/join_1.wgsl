// Sum over the threads of a tile that read the same four rows; `inputTile` is free until the first block is kept.
fn joinRows(thread: u32, values: vec4f) -> vec4f {
  if (thread < INPUT_BLOCKS) { inputTile[thread] = values; }
  workgroupBarrier();
  let first = min(thread, INPUT_BLOCKS - 1u) / (TILE_K / 4u) * (TILE_K / 4u);
  var sum = vec4f();
  for (var i = 0u; i < TILE_K / 4u; i++) { sum += inputTile[first + i]; }
  workgroupBarrier();
  return sum;
}
