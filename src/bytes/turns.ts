/**
 * Long loops over bytes stand still now and then, so that timers, input and an abort get their turn. What a turn costs
 * is counted in bytes rather than by the clock, which some runtimes stop between requests.
 *
 * @module
 */

/** Bytes between two turns: some 20 ms of filtering samples on a modest core. */
const SLICE = 1 << 20;

/** Resolves in a new task, so that timers, input and other promises get their turn; a timer alone would take a millisecond. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
    if (setImmediate) return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

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
    return nextTask().then(() => signal?.throwIfAborted());
  };
}

/** Work that tells after each step how many bytes it was. */
export type Steps<T> = Generator<number, T>;

/** Does all steps at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Does all steps with a turn for others now and then; rejects with the reason of `signal`. */
export async function inTurns<T>(steps: Steps<T>, signal: AbortSignal | undefined): Promise<T> {
  const turn = turnsOf(signal);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    const pause = turn(value);
    if (pause) await pause;
  }
}
