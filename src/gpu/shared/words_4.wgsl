// Reads the projection of a scan in words of 4 elements, for rows and columns that start at multiples of 4.
alias Word = vec4f;

fn projectionAt(at: u32) -> f32 { return projection[at / 4u][at % 4u]; }

fn projectionQuad(at: u32) -> vec4f { return projection[at / 4u]; }
