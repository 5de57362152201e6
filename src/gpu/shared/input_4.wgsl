// Reads the input of a product in quads, for rows and runs that start at multiples of 4 and have multiples of 4 elements.
alias Word = vec4f;

fn inputRun(at: u32, j: u32, first: u32, end: u32) -> vec4f {
  return select(vec4f(), x[at / 4u], j >= first && j < end);
}

fn inputOne(at: u32, j: u32, first: u32, end: u32) -> f32 { return select(0.0, x[at / 4u][at % 4u], j >= first && j < end); }

// Whether runs have whole quads.
const WHOLE: bool = true;

// A quad inside a run.
fn insideRun(start: u32, j: u32) -> vec4f { return x[start / 4u + j / 4u]; }
