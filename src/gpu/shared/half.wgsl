// Numbers that are kept as f16, each in the low half of a word. By bits: a hardware conversion may take the smallest ones for
// zero.
fn halvesOf(words: vec4u) -> vec4f {
  let magnitude = (words & vec4u(0x7fffu)) << vec4u(13u);
  let normal = bitcast<vec4f>(magnitude + vec4u(112u << 23u));
  let tiny = bitcast<vec4f>(magnitude + vec4u(113u << 23u)) - vec4f(6.103515625e-5);
  let value = select(normal, tiny, magnitude < vec4u(1u << 23u));
  return select(value, -value, (words & vec4u(0x8000u)) != vec4u(0u));
}
