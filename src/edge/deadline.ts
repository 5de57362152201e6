/**
 * When a request is over: its client has gone, or its time is up. Plain timers and listeners, all of which end with the
 * request; joined signals are not kept alive by every runtime, and where they are they are not let go of.
 *
 * @module
 */

import { deferred } from "../bytes/deferred.ts";

/** One request's end. */
export interface Deadline {
  /** Aborted when the request is over. */
  readonly signal: AbortSignal;
  /** Whether it was the client that left. */
  readonly left: boolean;
  /** Whether the time is up. */
  readonly late: boolean;
  /** The client has left. */
  leave(): void;
  /** Milliseconds that are left. */
  remaining(): number;
  /** Lets go of timer and listeners. */
  end(): void;
}

/** Begins to count. */
export function beginDeadline(client: AbortSignal | undefined, timeout: number): Deadline {
  const controller = new AbortController(), until = Date.now() + timeout;
  let left = false, late = false;
  const leave = (): void => {
    left = true;
    controller.abort(new DOMException("the client has left", "AbortError"));
  };
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new DOMException("the time for a request is over", "TimeoutError"));
  }, timeout);
  if (client?.aborted) leave();
  else client?.addEventListener("abort", leave);
  return {
    signal: controller.signal,
    get left() {
      return left;
    },
    get late() {
      return late;
    },
    leave,
    remaining: () => until - Date.now(),
    end() {
      clearTimeout(timer);
      client?.removeEventListener("abort", leave);
    },
  };
}

/** What comes first: the promise, or the end of the request, which rejects with its reason. */
export async function before<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: over, reject } = deferred<never>();
  const stop = (): void => reject(signal.reason);
  over.catch(() => {});
  promise.catch(() => {});
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  try {
    return await Promise.race([over, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
