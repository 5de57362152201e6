// Reads the projection of a scan in words of 2 elements, for rows and columns that start at multiples of 2.
alias Word = vec2f;

fn projectionAt(at: u32) -> f32 { return projection[at / 2u][at % 2u]; }

fn projectionQuad(at: u32) -> vec4f { return vec4f(projection[at / 2u], projection[at / 2u + 1u]); }
