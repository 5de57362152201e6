/**
 * Smaller cases of a case: what a failure is shrunk through where fast-check does not draw it, in probes and in files.
 *
 * @module
 */
import { elementsOf, type Recipe } from "./cases.ts";
import type { SizeName } from "./sizes.ts";

const SIZES: readonly SizeName[] = ["batch", "groups", "channelsPerGroup", "stateSize", "length"];
const OPTIONS = ["softplus", "bias", "skip", "gate", "initialState"] as const;

/** How much there is to look at in a case: its elements, then its options. */
export const weightOf = (recipe: Recipe): number =>
  elementsOf(recipe) + OPTIONS.filter((name) => recipe[name]).length / 8 + (recipe.mood === "ordinary" ? 0 : 1 / 4);

/** Sizes below a size, the smallest first: 1, those that halving leaves, and the next smaller one. */
function below(size: number): number[] {
  const sizes = new Set([1]);
  for (let part = size; part > 1; part = Math.floor(part / 2)) {
    sizes.add(Math.ceil(part / 2)).add(size - Math.floor(part / 2));
  }
  return [...sizes].filter((smaller) => smaller >= 1 && smaller < size).sort((a, b) => a - b);
}

/** Cases one thing smaller than a case: a side, an option, the mood; the smallest first. */
export function smallerThan(recipe: Recipe): Recipe[] {
  return [
    ...SIZES.flatMap((name) => below(recipe[name]).map((size) => ({ ...recipe, [name]: size }))),
    ...OPTIONS.filter((name) => recipe[name]).map((name) => ({ ...recipe, [name]: false })),
    ...(recipe.mood === "ordinary" ? [] : [{ ...recipe, mood: "ordinary" as const }]),
  ].sort((a, b) => weightOf(a) - weightOf(b));
}

/** The smallest case that still fails, going down greedily from one that does. */
export async function smallestOf(recipe: Recipe, fails: (recipe: Recipe) => Promise<boolean>): Promise<Recipe> {
  for (let smallest = recipe;;) {
    const before = smallest;
    for (const candidate of smallerThan(smallest)) {
      if (!await fails(candidate)) continue;
      smallest = candidate;
      break;
    }
    if (smallest === before) return smallest;
  }
}
