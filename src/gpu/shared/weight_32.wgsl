// Reads weights as they are.
alias Weights = vec4f;

fn weightAt(at: u32) -> vec4f { return weight[at]; }
