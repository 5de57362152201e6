/**
 * Generators of shapes and values. Shapes stand around the tile sizes of the fast kernels and shrink to 1; values come
 * from a seed, so that a counterexample is a handful of small numbers.
 *
 * @module
 */
import fc from "fast-check";
import type { Climate, Mood } from "./draw.ts";

export { type Climate, Draw, type Mood, type Operand } from "./draw.ts";

/** What every law uses: the same cases on every run. */
export const SETTINGS = { seed: 0x51de, numRuns: 80 } as const;

/** Sizes around the tiles of 4, 6 and 8 that the kernels work in, and primes. */
export const TILE_SIZES: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 23, 33];

/** A size that shrinks to 1. */
export const size = (largest = Infinity): fc.Arbitrary<number> =>
  fc.constantFrom(...TILE_SIZES.filter((n) => n <= largest));

/** A number of rows, which may be none. */
export const rowCount = (largest = Infinity): fc.Arbitrary<number> =>
  fc.constantFrom(1, 0, ...TILE_SIZES.filter((n) => n > 1 && n <= largest));

/** A climate that shrinks to ordinary values in plain tensors. */
export const climate = (...moods: Mood[]): fc.Arbitrary<Climate> =>
  fc.record({
    mood: fc.constantFrom<Mood>("ordinary", "ordinary", ...moods),
    viewed: fc.boolean(),
    seed: fc.nat(0xffff),
  });
