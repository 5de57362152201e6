/**
 * 16-bit floats as storage: widened when read, rounded to nearest even when written. The arithmetic stays f32.
 *
 * @module
 */

const word = new DataView(new ArrayBuffer(4));

/** Value of an IEEE 754 binary16 number given by its bits. */
export function decodeF16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Bits of the binary16 number nearest to `value`, ties to even; beyond 65520 infinity.
 *
 * The f32 bits are rounded with one integer addition, so that `value` must be an f32: a double would be rounded twice.
 */
export function encodeF16(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  if (magnitude < 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const kept = fraction >>> shift;
  const rest = fraction & (2 ** shift - 1);
  const half = 2 ** (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1)) ? 1 : 0));
}

/** Value of a bfloat16 number given by its bits: the upper half of an f32. */
export function decodeBf16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
