/**
 * The kernels on a memory that several threads share: the same module, its memory import marked as shared.
 *
 * @module
 */

const IMPORT_SECTION = 2, MEMORY_IMPORT = 2;
/** Flags of the limits of a memory: it has a maximum, and it has a maximum and is shared. */
const BOUNDED = 1, SHARED = 3;

/**
 * Marks the memory that a module imports as shared, in place.
 *
 * @throws {TypeError} When the bytes import no memory with a maximum.
 */
export function markShared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  };
  while (at < bytes.length) {
    const section = bytes[at++]!, size = number(), end = at + size;
    for (let imports = section === IMPORT_SECTION ? number() : 0; imports > 0; imports--) {
      for (let names = 0; names < 2; names++) {
        const length = number();
        at += length;
      }
      if (bytes[at] === MEMORY_IMPORT && bytes[at + 1] === BOUNDED) {
        bytes[at + 1] = SHARED;
        return bytes;
      }
      break; // the memory is the only import
    }
    at = end;
  }
  throw new TypeError(
    "Cannot share the memory of the WASM kernels as they must import one with a maximum: they do not",
  );
}
