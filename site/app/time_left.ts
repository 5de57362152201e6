/**
 * How long a run still takes: plain arithmetic over a clock that is given.
 *
 * @module
 */

/** Share of a run after which only the latter half of what is done is looked back on; before there is less to choose from. */
const MATURE = 0.25;
/** Share of a run by which its own speed has taken the place of what was expected. */
const TRUSTED = 0.1;
/** Share of a run that has to be done before its own speed says anything. */
const TELLING = 0.01;

/** A share of the work and when it was done, in milliseconds. */
interface Mark {
  readonly at: number;
  readonly fraction: number;
}

/**
 * Follows a run; each call takes the share of the counted work that is done and the time, and gives the milliseconds left. The speed
 * is that of the work, without the start, where code is compiled; later on that of the latter half of what is done, so that a machine
 * that becomes slower or faster is followed.
 *
 * @param expected Milliseconds of the whole, from an earlier run; until a tenth is done they count for what is missing to it.
 */
export function openTimeLeft(expected?: number): (fraction: number, now: number) => number | undefined {
  const marks: Mark[] = [];
  return (fraction, now) => {
    marks.push({ at: now, fraction });
    const since = fraction * Math.min(1, fraction / MATURE) / 2;
    while (marks.length > 2 && (marks[0]!.fraction === 0 || marks[1]!.fraction <= since)) marks.shift();
    const { at, fraction: from } = marks[0]!, done = fraction - from;
    const measured = done >= TELLING ? (now - at) / done : undefined;
    if (expected === undefined) return measured && measured * (1 - fraction);
    const trust = measured === undefined ? 0 : Math.min(1, fraction / TRUSTED);
    return (trust * (measured ?? 0) + (1 - trust) * expected) * (1 - fraction);
  };
}
