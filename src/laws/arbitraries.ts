/**
 * Cases for fast-check. This file alone names fast-check, by a full specifier, so that a remote import needs no import
 * map.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix
import fc from "npm:fast-check@^4.10.2";
import type { Recipe } from "./cases.ts";
import type { Subject } from "./law.ts";

/** Sizes around the tiles of 4, 8, 16, 32 and 64 that kernels work in, and primes; in order, so that they shrink. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 23, 31, 32, 33, 64, 65];
/** Elements batch × channels × states × steps of a case, so that a thousand cases take seconds. */
const MOST_ELEMENTS = 3000;

function size(largest: number): fc.Arbitrary<number> {
  const sizes = SIZES.filter((n) => n <= largest);
  return fc.nat(sizes.length - 1).map((i) => sizes[i]!);
}

/** Recipes of the cases that an implementation can take; they shrink to one ordinary element without options. */
export function recipes({ lacks = [] }: Pick<Subject, "lacks"> = {}): fc.Arbitrary<Recipe> {
  const may = (feature: (typeof lacks)[number]) => lacks.includes(feature) ? fc.constant(false) : fc.boolean();
  return fc.record({
    batch: lacks.includes("batch") ? fc.constant(1) : fc.integer({ min: 1, max: 3 }),
    groups: lacks.includes("groups") ? fc.constant(1) : fc.integer({ min: 1, max: 4 }),
    channelsPerGroup: size(33),
    stateSize: size(33),
    length: size(65),
    mood: fc.constantFrom("ordinary", "saturating", "large", "tiny"),
    softplus: may("softplus"),
    bias: may("bias"),
    skip: may("skip"),
    gate: may("gate"),
    initialState: may("initialState"),
    seed: fc.nat(0xffff),
  }).filter((r) => r.batch * r.groups * r.channelsPerGroup * r.stateSize * r.length <= MOST_ELEMENTS) as fc.Arbitrary<
    Recipe
  >;
}

export { fc };
