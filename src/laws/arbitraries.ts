/**
 * Cases for fast-check. This file alone names fast-check, by a full specifier, so that a remote import needs no import
 * map.
 *
 * @module
 */
// deno-lint-ignore no-import-prefix
import fc from "npm:fast-check@^4.10.2";
import { elementsOf, MOODS, type Recipe } from "./cases.ts";
import type { Law, Subject } from "./law.ts";
import { BALANCED, type SizeName, STRETCHED } from "./sizes.ts";

/** Elements batch × channels × states × steps of a case, so that a thousand cases take seconds. */
const MOST_ELEMENTS = 3000;
/** The same where one side is long and the others tiny. */
const MOST_STRETCHED = 10_000;

type Sizes = Pick<Recipe, SizeName>;

/** One of some sizes in order, which shrinks to the first. */
const oneOf = (sizes: readonly number[], largest = Infinity): fc.Arbitrary<number> => {
  const fitting = sizes.filter((n) => n <= largest);
  return fc.nat(fitting.length - 1).map((i) => fitting[i]!);
};

/** Sizes of which none stands out. */
const balanced = (longest: number): fc.Arbitrary<Sizes> =>
  fc.record({
    batch: fc.integer({ min: 1, max: 5 }),
    groups: fc.integer({ min: 1, max: 4 }),
    channelsPerGroup: oneOf(BALANCED, 33),
    stateSize: oneOf(BALANCED, 33),
    length: oneOf(BALANCED, Math.min(65, longest)),
  });

/** One long side, log-uniform, and four tiny ones. */
const stretched = (axis: SizeName, longest: number): fc.Arbitrary<Sizes> => {
  const tiny = oneOf([1, 2, 3]);
  return fc.record({ batch: tiny, groups: tiny, channelsPerGroup: tiny, stateSize: tiny, length: tiny })
    .chain((sizes) =>
      oneOf(STRETCHED[axis], axis === "length" ? longest : Infinity).map((size) => ({ ...sizes, [axis]: size }))
    );
};

/** Recipes of the cases that an implementation can take; they shrink to one ordinary element without options. */
export function recipes(
  { lacks = [] }: Pick<Subject, "lacks"> = {},
  { longest = Infinity }: Pick<Law, "longest"> = {},
): fc.Arbitrary<Recipe> {
  const may = (feature: (typeof lacks)[number]) => lacks.includes(feature) ? fc.constant(false) : fc.boolean();
  const missing = lacks.filter((feature) => feature === "batch" || feature === "groups");
  const axes = (Object.keys(STRETCHED) as SizeName[]).filter((axis) => !missing.some((name) => name === axis));
  const options = fc.record({
    mood: fc.constantFrom(...MOODS),
    softplus: may("softplus"),
    bias: may("bias"),
    skip: may("skip"),
    gate: may("gate"),
    initialState: may("initialState"),
    seed: fc.nat(0xffff),
  });
  const fit = (sizes: fc.Arbitrary<Sizes>, most: number): fc.Arbitrary<Recipe> =>
    fc.tuple(sizes, options)
      .map(([sizes, options]) => ({ ...sizes, ...Object.fromEntries(missing.map((name) => [name, 1])), ...options }))
      .filter((recipe) => elementsOf(recipe) <= most);
  // Sequences are what kernels cut most, so they are long most often.
  const long = [...axes, "length" as const].map((axis) => fit(stretched(axis, longest), MOST_STRETCHED));
  return fc.oneof({ arbitrary: fit(balanced(longest), MOST_ELEMENTS), weight: long.length }, ...long);
}

export { fc };
