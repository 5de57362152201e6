/**
 * Sizes that cases are made of: small ones all, then those at and next to the lanes, chunks and workgroups of kernels, and
 * a few between, about equally many to every octave.
 *
 * @module
 */

/** Sizes of an axis up to `largest`, in order: 1 to 9, three at every power of two, one or two in between. */
function upTo(largest: number): number[] {
  const sizes = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13]);
  for (let power = 16; power <= largest; power *= 2) {
    for (const size of [power - 1, power, power + 1, power * 5 / 4 + 1, power * 3 / 2]) sizes.add(size);
  }
  return [...sizes].filter((size) => size <= largest).sort((a, b) => a - b);
}

/** The axes of a case, with the sizes that each is stretched to while the others stay tiny. */
export const STRETCHED = {
  batch: upTo(257),
  groups: upTo(65),
  channelsPerGroup: upTo(2049),
  stateSize: upTo(257),
  length: upTo(4097),
} as const;

/** An axis of a case. */
export type SizeName = keyof typeof STRETCHED;

/** Sizes around the tiles of 4, 8, 16, 32 and 64 that kernels work in, and primes; in order, so that they shrink. */
export const BALANCED: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 23, 31, 32, 33, 64, 65];
