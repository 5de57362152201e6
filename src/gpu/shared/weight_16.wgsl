// Reads weights that are kept as f16, two a word.
alias Weights = vec2u;

fn weightAt(at: u32) -> vec4f { return halvesOf(weight[at].xxyy >> vec4u(0u, 16u, 0u, 16u)); }
