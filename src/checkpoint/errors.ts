/**
 * How the readers of untrusted bytes refuse: bytes that are not what they claim to be are a SyntaxError, sizes beyond a
 * limit a RangeError, number formats we do not know a TypeError.
 *
 * @module
 */

/** Bytes that cannot be parsed. */
export const malformed = (name: string, wish: string, fact: string): SyntaxError =>
  new SyntaxError(`Cannot read ${name} as ${wish}: current ${fact}`);

/** A size beyond what a file of this kind can honestly need. */
export const tooLarge = (name: string, wish: string, fact: string): RangeError =>
  new RangeError(`Cannot read ${name} as ${wish}: current ${fact}`);

/** The text of anything that was thrown. */
export const reasonOf = (error: unknown): string => error instanceof Error ? error.message : String(error);
