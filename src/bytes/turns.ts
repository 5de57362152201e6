/**
 * Long loops over bytes stand still now and then, so that timers, input and an abort get their turn. What a turn costs
 * is counted in bytes rather than by the clock, which some runtimes stop between requests.
 *
 * @module
 */

/** Bytes between two turns: some 20 ms of filtering samples on a modest core. */
const SLICE = 1 << 20;

/** Counts work, and gives a promise when it is time for a turn. */
export type Turn = (bytes: number) => Promise<void> | undefined;

/**
 * Counts work; when a slice is full the call gives a promise to be awaited, which resolves in a new task, or rejects with
 * the reason of `signal`.
 *
 * @example
 * ```ts
 * const turn = turnsOf(AbortSignal.timeout(1000));
 * for (let row = 0; row < 10; row++) await turn(640 * 3);
 * ```
 */
export function turnsOf(signal?: AbortSignal): Turn {
  let done = 0;
  return (bytes) => {
    if ((done += bytes) < SLICE) return undefined;
    done = 0;
    return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => signal?.throwIfAborted());
  };
}
