// Stores the results of a product in quads, for rows that start at multiples of 4 and have multiples of 4 elements.
alias Result = vec4f;

fn quadOf(code: u32, slope: f32, x: vec4f) -> vec4f {
  if (code == 0u) { return x; }
  return vec4f(
    activate(code, slope, x.x), activate(code, slope, x.y), activate(code, slope, x.z), activate(code, slope, x.w),
  );
}

// Bias (bit 0 of `given`), activation and accumulation (scaled with bit 1) of four results of a row from `column` on.
fn storeQuad(at: u32, column: u32, sums: vec4f, count: u32) {
  var value = sums;
  if ((p.given & 1u) != 0u) {
    let first = p.biasOffset + column;
    value += vec4f(bias[first], bias[first + 1u], bias[first + 2u], bias[first + 3u]);
  }
  value = quadOf(p.activation, p.slope, value);
  if (p.accumulate != 0u) {
    var factor = vec4f(1.0);
    let first = p.scaleOffset + column;
    if ((p.given & 2u) != 0u) { factor = vec4f(scale[first], scale[first + 1u], scale[first + 2u], scale[first + 3u]); }
    value += out[at / 4u] * factor;
  }
  out[at / 4u] = value;
}
