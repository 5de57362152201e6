/**
 * A promise to race against.
 *
 * @module
 */

/** A promise that only `reject` settles; a rejection that nobody waits for is no error. */
export function neverUnlessRejected(): {
  readonly late: Promise<never>;
  readonly reject: (reason: unknown) => void;
} {
  let reject: (reason: unknown) => void = () => {};
  const late = new Promise<never>((_, rejectIt) => reject = rejectIt);
  late.catch(() => {});
  return { late, reject };
}
