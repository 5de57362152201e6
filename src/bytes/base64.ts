/**
 * Base64 into bytes: kernels, codecs and weights travel so, since every runtime and bundler takes a module of text.
 *
 * @module
 */

/** The bytes of a base64 text. A plain loop: it is forty times faster than `Uint8Array.from` with a function. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
