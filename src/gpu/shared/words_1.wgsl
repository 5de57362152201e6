// Reads the projection of a scan in words of 1 element, for rows and columns that start at multiples of 1.
alias Word = f32;

fn projectionAt(at: u32) -> f32 { return projection[at]; }

fn projectionQuad(at: u32) -> vec4f { return vec4f(projection[at], projection[at + 1u], projection[at + 2u], projection[at + 3u]); }
