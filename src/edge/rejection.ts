/**
 * A promise to race against.
 *
 * @module
 */

/** A promise that only `reject` settles; a rejection that nobody waits for is no error. */
export function neverUnlessRejected(): {
  readonly rejected: Promise<never>;
  readonly reject: (reason: unknown) => void;
} {
  let reject: (reason: unknown) => void = () => {};
  const rejected = new Promise<never>((_, rejectIt) => reject = rejectIt);
  rejected.catch(() => {});
  return { rejected, reject };
}
