// Elementwise work on four channels at once, for rows and offsets that are multiples of 4.
alias Value = vec4f;
const LANES: u32 = 4u;

fn activateAll(code: u32, slope: f32, x: Value) -> Value {
  return vec4f(
    activate(code, slope, x.x), activate(code, slope, x.y), activate(code, slope, x.z), activate(code, slope, x.w),
  );
}

fn totalOf(x: Value) -> f32 { return dot(x, vec4f(1.0)); }
