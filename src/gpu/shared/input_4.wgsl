// Reads the input of a product in quads, for rows and runs that start at multiples of 4 and have multiples of 4 elements.
alias Word = vec4f;

fn inputRun(at: u32, j: u32, first: u32, end: u32) -> vec4f {
  return select(vec4f(), x[at / 4u], j >= first && j < end);
}

fn inputOne(at: u32, j: u32, first: u32, end: u32) -> f32 { return select(0.0, x[at / 4u][at % 4u], j >= first && j < end); }

const AT_ONCE: u32 = 2u;
