/**
 * First bytes of the ways in which PyTorch writes checkpoints.
 *
 * @module
 */

/** A zip archive. */
export const ZIP_MAGIC: Uint8Array = Uint8Array.of(0x50, 0x4b);

/** The number that the older container begins with, pickled. */
export const LEGACY_NUMBER = 0x1950a86a20f9469cfc6cn;

/** That pickle since protocol 2: LONG1 and STOP behind the protocol and, since protocol 4, a frame. */
const LEGACY_BODY = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const FRAME_BYTES = 9;
/** That pickle in protocol 1. */
const LEGACY_TEXT = new TextEncoder().encode(`L${LEGACY_NUMBER}L\n.`);

/** Whether these are the first bytes of the older container, in any pickle protocol from 1 to 5. */
export function isLegacy(head: Uint8Array): boolean {
  const has = (bytes: ArrayLike<number>, at: number) => Array.from(bytes).every((byte, i) => head[at + i] === byte);
  if (has(LEGACY_TEXT, 0)) return true;
  if (head[0] !== 0x80 || !(head[1]! >= 2 && head[1]! <= 5)) return false;
  return has(LEGACY_BODY, 2) || (head[2] === 0x95 && has(LEGACY_BODY, 2 + FRAME_BYTES));
}
