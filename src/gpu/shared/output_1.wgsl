// Stores the results of a product one by one, for any rows.
alias Result = f32;

// Bias (bit 0 of `given`), activation and accumulation (scaled with bit 1) of one result.
fn storeOne(at: u32, column: u32, sum: f32) {
  var value = sum;
  if ((p.given & 1u) != 0u) { value += bias[p.biasOffset + column]; }
  value = activate(p.activation, p.slope, value);
  if (p.accumulate != 0u) { value += out[at] * select(1.0, scale[p.scaleOffset + column], (p.given & 2u) != 0u); }
  out[at] = value;
}

// The results of one row from `column` on, of which `count` exist.
fn storeQuad(at: u32, column: u32, sums: vec4f, count: u32) {
  storeOne(at, column, sums.x);
  if (count > 1u) { storeOne(at + 1u, column + 1u, sums.y); }
  if (count > 2u) { storeOne(at + 2u, column + 2u, sums.z); }
  if (count > 3u) { storeOne(at + 3u, column + 3u, sums.w); }
}
