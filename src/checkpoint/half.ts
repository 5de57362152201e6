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

/** Binary16 bits nearest to an f32 given by its bits, ties to even; from 65520 on infinity. */
function roundBits(bits: number): number {
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

/**
 * Rounds numbers to binary16, ties to even, little endian; from 65520 on they become infinite.
 *
 * @returns The bytes, and the index of the first finite number that became infinite, -1 for none.
 */
export function narrowF16(values: Float32Array): { bytes: Uint8Array; overflow: number } {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let overflow = -1;
  for (let i = 0; i < bits.length; i++) {
    const rounded = roundBits(bits[i]!);
    if (overflow < 0 && (rounded & 0x7fff) === 0x7c00 && Number.isFinite(values[i])) overflow = i;
    view.setUint16(2 * i, rounded, true);
  }
  return { bytes, overflow };
}

/** Value of a bfloat16 number given by its bits: the upper half of an f32. */
export function decodeBf16(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
