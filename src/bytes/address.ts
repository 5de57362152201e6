/**
 * Which texts are addresses. In a page or its worker every one is, relative to it if need be; where there are files, the
 * others are paths.
 *
 * @module
 */
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
 * @throws {TypeError} When it is relative to a place that nothing can be relative to, such as a worker from a blob.
 *
 * @example
 * ```ts
 * import { addressOf } from "./address.ts";
 *
 * console.log(addressOf("https://example.org/a.png")?.pathname, addressOf("a.png")); // "/a.png" undefined
 * ```
 */
export function addressOf(text: string): URL | undefined {
  if (ABSOLUTE.test(text)) return new URL(text);
  const place = hasFiles() ? undefined : base();
  if (place === undefined) return undefined;
  try {
    return new URL(text, place);
  } catch (cause) {
    throw new TypeError(
      `Cannot read ${text} as an address must be absolute where nothing can be relative to the place: ` +
        `current place is ${place}`,
      { cause },
    );
  }
}
