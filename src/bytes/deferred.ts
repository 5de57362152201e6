/**
 * A promise that is settled from outside: `Promise.withResolvers`, which Node 20 lacks.
 *
 * @module
 */

/** A promise and what settles it. */
export interface Deferred<T> {
  /** It. */
  readonly promise: Promise<T>;
  /** Fulfils it. */
  readonly resolve: (value: T) => void;
  /** Rejects it. */
  readonly reject: (reason: unknown) => void;
}

/** A promise that is not settled yet. */
export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void, reject!: (reason: unknown) => void;
  const promise = new Promise<T>((fulfil, refuse) => [resolve, reject] = [fulfil, refuse]);
  return { promise, resolve, reject };
}
