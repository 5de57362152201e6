// Elementwise work on one channel at a time, for any rows.
alias Value = f32;
const LANES: u32 = 1u;

fn activateAll(code: u32, slope: f32, x: Value) -> Value { return activate(code, slope, x); }

fn totalOf(x: Value) -> f32 { return x; }
