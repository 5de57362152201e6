// For products whose threads hand each other nothing before they multiply.
fn joinRows(thread: u32, values: vec4f) -> vec4f { return values; }
