// Sum over the slices of the same four rows; `slices` is free until a slice is done.
fn joinRows(thread: u32, values: vec4f) -> vec4f {
  slices[thread] = values;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = 0u; i < SLICES; i++) { sum += slices[i * SLICE_THREADS + thread % SLICE_THREADS]; }
  workgroupBarrier();
  return sum;
}
