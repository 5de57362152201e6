/**
 * Wrong scans, one line each: what is wrong, and how. Each is the plain scan with one thing wrong, as it goes wrong in
 * real kernels; the laws must tell every one of them from a right one.
 *
 * @module
 */
import { DECAYS } from "./decays.ts";
import { DRIVES } from "./drives.ts";
import { MEMORIES } from "./memories.ts";
import { ORDERS } from "./orders.ts";
import { OUTPUTS } from "./outputs.ts";
import type { Changes } from "./plain.ts";
import { SIZES } from "./sizes.ts";
import { STATES } from "./states.ts";
import { STEPS } from "./steps.ts";

export { scanWith } from "./plain.ts";

/** Wrong scans by kind, then by what is wrong with them. */
export const KINDS: Readonly<Record<string, Readonly<Record<string, Changes>>>> = {
  steps: STEPS,
  decays: DECAYS,
  drives: DRIVES,
  states: STATES,
  outputs: OUTPUTS,
  sizes: SIZES,
  orders: ORDERS,
  memory: MEMORIES,
};

/** All of them. */
export const MUTANTS: Readonly<Record<string, Changes>> = Object.assign({}, ...Object.values(KINDS));
