/**
 * What calls cost.
 *
 * @module
 */
import { ACTIVATIONS } from "./codes.ts";

/** What a call costs: multiply-adds, exponentials (and logarithms), and scan state elements. */
export interface Work {
  /** Multiply-adds, without those of the scan recurrence. */
  readonly multiplyAdds: number;
  /** Exponentials and logarithms, without those of the scan recurrence. */
  readonly exps: number;
  /** States updated by scans: steps × channels × states. */
  readonly stateElements: number;
}

/** The work of a call; what is left out is 0. */
export type Cost = Partial<Work>;

/** No work at all. */
export const NO_WORK: Work = { multiplyAdds: 0, exps: 0, stateElements: 0 };

/** The work of two things together. */
export function addWork(a: Work, b: Work): Work {
  return {
    multiplyAdds: a.multiplyAdds + b.multiplyAdds,
    exps: a.exps + b.exps,
    stateElements: a.stateElements + b.stateElements,
  };
}

/** Milliseconds that work takes on a modest core; a device with a pace is that many times as fast. */
export function estimateMilliseconds({ multiplyAdds, exps, stateElements }: Work): number {
  return multiplyAdds / 20e6 + exps / 1e6 + stateElements / 1.5e6;
}

/** Elements that a modest core moves through memory in a millisecond. */
export const MOVES = 1e6;

/** Codes of the activations that take an exponential. */
const WITH_EXP: ReadonlySet<number> = new Set(
  (["silu", "gelu", "sigmoid"] as const).map((name) => ACTIVATIONS.indexOf(name)),
);

/** The exponentials of an activation, by its code, over so many elements. */
export function exps(activation: number | undefined, elements: number): number {
  return activation !== undefined && WITH_EXP.has(activation) ? elements : 0;
}
