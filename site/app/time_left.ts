/**
 * How long a run still takes: plain arithmetic over a clock that is given.
 *
 * @module
 */
import { openCost } from "../../src/restore/pace.ts";

/** Share of a run by which its own speed has taken the place of what was expected. */
const TRUSTED = 0.1;
/** Share of a run that has to be done before its own speed says anything. */
const TELLING = 0.01;

/**
 * Follows a run; each call takes the share of the counted work that is done and the time, and gives the milliseconds left.
 *
 * @param expected Milliseconds of the whole, from an earlier run; until a tenth is done they count for what is missing to it.
 */
export function openTimeLeft(expected?: number): (fraction: number, now: number) => number | undefined {
  let costOf: ReturnType<typeof openCost> | undefined;
  return (fraction, now) => {
    costOf ??= openCost(now);
    const cost = costOf(fraction, now), measured = fraction < TELLING ? undefined : cost;
    if (expected === undefined) return measured && measured * (1 - fraction);
    const trust = measured === undefined ? 0 : Math.min(1, fraction / TRUSTED);
    return (trust * (measured ?? 0) + (1 - trust) * expected) * (1 - fraction);
  };
}
