// For products whose threads hand each other nothing before they multiply.
const ROW_LANES: u32 = 1u;

fn keepPart(turn: u32, thread: u32, value: f32) {}

fn partAt(turn: u32, thread: u32) -> f32 { return 0.0; }

fn joinRows(thread: u32, values: vec4f) -> vec4f { return values; }
