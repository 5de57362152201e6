// Reads the input of a product one by one, for any rows.
alias Word = f32;

// Elements j … j + 3 of a row, which lie from `at` on; 0 for those outside [first, end).
fn inputRun(at: u32, j: u32, first: u32, end: u32) -> vec4f {
  let places = vec4u(j) + vec4u(0u, 1u, 2u, 3u);
  let values = vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
  return select(vec4f(), values, (places >= vec4u(first)) & (places < vec4u(end)));
}

fn inputOne(at: u32, j: u32, first: u32, end: u32) -> f32 { return select(0.0, x[at], j >= first && j < end); }

// Whether runs have whole quads.
const WHOLE: bool = false;

// Four elements inside a run.
fn insideRun(start: u32, j: u32) -> vec4f {
  let at = start + j;
  return vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u]);
}
