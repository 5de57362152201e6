/**
 * Which texts are addresses. In a page or its worker every one is, relative to it if need be; where there are files, the
 * others are paths.
 *
 * @module
 */
import { printable } from "./errors.ts";
import { hasFiles } from "./files_node.ts";

/** Beginnings of what is an address everywhere. */
const ABSOLUTE = /^(https?|data|blob|file):/i;

/** What relative addresses are relative to: the document, or the worker's own address. */
function base(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI?: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}

/**
 * The address that a text is; undefined: it is a path.
 *
 * @throws {TypeError} When it begins as an address and is none, or is relative to a place that nothing can be relative to, such as a worker from a blob.
 *
 * @example
 * ```ts
 * import { addressOf } from "./address.ts";
 *
 * console.log(addressOf("https://example.org/a.png")?.pathname, addressOf("a.png")); // "/a.png" undefined
 * ```
 */
export function addressOf(text: string): URL | undefined {
  const absolute = ABSOLUTE.test(text), place = absolute || hasFiles() ? undefined : base();
  if (!absolute && place === undefined) return undefined;
  try {
    return new URL(text, place);
  } catch (cause) {
    throw new TypeError(
      absolute
        ? `Cannot read ${printable(text)} as an address must be one that can be read: current one is not`
        : `Cannot read ${text} as an address must be absolute where nothing can be relative to the place: ` +
          `current place is ${place}`,
      { cause },
    );
  }
}
