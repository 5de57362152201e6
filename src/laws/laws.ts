/**
 * All laws of the selective scan.
 *
 * @module
 */
import { makeCase, type Recipe } from "./cases.ts";
import { ALGEBRA_LAWS } from "./algebra_laws.ts";
import { EXTRA_LAWS } from "./extra_laws.ts";
import { FUNCTION_LAWS } from "./function_laws.ts";
import { INDEPENDENCE_LAWS } from "./independence_laws.ts";
import { SPECIAL_LAWS } from "./special_laws.ts";
import { Dice } from "./dice.ts";
import { FORM_LAWS } from "./form_laws.ts";
import { type Law, type Subject, Trial } from "./law.ts";
import { LIMIT_LAWS } from "./limit_laws.ts";
import { TIME_LAWS } from "./time_laws.ts";

/** The laws, in the order in which they are tried. */
export const LAWS: readonly Law[] = [
  ...FORM_LAWS,
  ...TIME_LAWS,
  ...ALGEBRA_LAWS,
  ...INDEPENDENCE_LAWS,
  ...LIMIT_LAWS,
  ...FUNCTION_LAWS,
  ...SPECIAL_LAWS,
  ...EXTRA_LAWS,
];

/**
 * A law by its name.
 *
 * @throws {RangeError} When there is none of that name.
 */
export function lawOf(name: string): Law {
  const law = LAWS.find((law) => law.name === name);
  if (!law) {
    const known = LAWS.map((law) => law.name).join(", ");
    throw new RangeError(`Cannot find a law as its name must be one of ${known}: current value is ${name}`);
  }
  return law;
}

/** Whether a law says anything about an implementation. */
export const applies = (law: Law, subject: Omit<Subject, "name" | "scan">): boolean => {
  const { lacks = [], offers = [], discretisation = "mamba", storage = "f32", segsum = 0 } = subject;
  return !law.needs?.some((feature) => lacks.includes(feature)) &&
    !law.asks?.some((extra) => !offers.includes(extra)) &&
    !(law.mambaOnly && discretisation !== "mamba") &&
    !(law.exact && storage !== "f32") &&
    !(law.pointwise && segsum > 0);
};

/**
 * Tries one law on one case. This is what the reproduction in a failure report calls.
 *
 * @throws {LawViolation} When the implementation breaks the law.
 *
 * @example
 * ```ts
 * import { checkLaw, scanBy, sequential } from "@sidewinder/sidewinder/laws";
 *
 * await checkLaw("causality", { name: "mine", scan: (inputs) => scanBy(sequential, inputs) }, {
 *   batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 1, length: 2, mood: "ordinary", softplus: true,
 *   bias: false, skip: false, gate: false, initialState: false, seed: 0,
 * });
 * ```
 */
export async function checkLaw(law: Law | string, subject: Subject, recipe: Recipe): Promise<void> {
  const { name, check } = typeof law === "string" ? lawOf(law) : law;
  await check(new Trial(name, subject, makeCase(recipe), new Dice(~recipe.seed)));
}
