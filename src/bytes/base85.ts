/**
 * Z85 (ZeroMQ RFC 32) into bytes: five characters for four bytes, a twentieth shorter than base64. The packages carry
 * what they compress so.
 *
 * @module
 */

/** The digits, in order; none needs to be escaped in a text. */
export const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** The bytes of a text, padded with zeros to a multiple of four. */
export function fromBase85(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128), bytes = new Uint8Array(text.length / 5 * 4), view = new DataView(bytes.buffer);
  for (let i = 0; i < DIGITS.length; i++) values[DIGITS.charCodeAt(i)] = i;
  for (let i = 0, at = 0; i < text.length; at += 4) {
    let value = 0;
    for (let digit = 0; digit < 5; digit++) value = 85 * value + values[text.charCodeAt(i++)]!;
    view.setUint32(at, value);
  }
  return bytes;
}

/** Bytes as text; zeros fill up the last four. */
export function toBase85(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    let value = 0, group = "";
    for (let j = 0; j < 4; j++) value = 256 * value + (bytes[i + j] ?? 0);
    for (let j = 0; j < 5; j++, value = Math.floor(value / 85)) group = DIGITS[value % 85] + group;
    parts.push(group);
  }
  return parts.join("");
}
