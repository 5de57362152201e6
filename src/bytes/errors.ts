/**
 * How the readers of untrusted bytes refuse: bytes that are not what they claim to be are a SyntaxError, sizes beyond a
 * limit a RangeError, number formats we do not know a TypeError.
 *
 * @module
 */

/** Longest piece of a message that comes from a file. */
const MAX_QUOTED = 300;

/** Text from a file, fit for one line of a terminal: no control characters, not endless. */
export function printable(text: string): string {
  const clipped = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return clipped.replace(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

const message = (name: string, wish: string, fact: string): string =>
  `Cannot read ${printable(name)} as ${printable(wish)}: current ${printable(fact)}`;

/** Bytes that cannot be parsed. */
export const malformed = (name: string, wish: string, fact: string): SyntaxError =>
  new SyntaxError(message(name, wish, fact));

/** A size beyond what a file of this kind can honestly need. */
export const tooLarge = (name: string, wish: string, fact: string): RangeError =>
  new RangeError(message(name, wish, fact));

/** A number format, or another kind of content, that is not known here. */
export const unknownKind = (name: string, wish: string, fact: string): TypeError =>
  new TypeError(message(name, wish, fact));

/** The text of anything that was thrown. */
export const reasonOf = (error: unknown): string => error instanceof Error ? error.message : String(error);
