/**
 * Weights in 16 bits, where that loses nothing: those of a checkpoint that was stored as f16. Arithmetic stays f32, and the
 * results keep their bits; half the memory is held and read.
 *
 * @module
 */

/** What is added to the exponent of an f16 to make it that of an f32. */
const REBIAS = 127 - 15;

/** The f16 bits of an f32 by its bits; undefined where there is no f16 of that value. */
function halfOf(bits: number): number | undefined {
  const sign = bits >>> 16 & 0x8000, exponent = (bits >>> 23 & 0xff) - REBIAS, fraction = bits & 0x7fffff;
  if (bits << 1 === 0) return sign;
  if (exponent >= 31) return undefined;
  if (exponent >= 1) return fraction & 0x1fff ? undefined : sign | exponent << 10 | fraction >>> 13;
  // Below 2⁻¹⁴ the leading bit is part of the fraction.
  const shift = 14 - exponent, significand = fraction | 0x800000;
  return shift > 23 || significand & (1 << shift) - 1 ? undefined : sign | significand >>> shift;
}

/** Two f16 a word, the first in the lower half; undefined where a value is no finite f16. `data` has an even length. */
export function packHalves(data: Float32Array): Uint32Array | undefined {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const words = new Uint32Array(data.length / 2);
  for (let i = 0; i < words.length; i++) {
    const low = halfOf(bits[2 * i]!), high = halfOf(bits[2 * i + 1]!);
    if (low === undefined || high === undefined) return undefined;
    words[i] = low | high << 16;
  }
  return words;
}
