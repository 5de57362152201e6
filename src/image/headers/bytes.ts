/**
 * Reading numbers and names out of a file's bytes. Outside the file every byte reads as zero, so that a
 * parser may look before it checks; what it finds is compared, never trusted.
 *
 * @module
 */

/** Unsigned 16 bit number, big endian unless `little`. */
export const u16 = (bytes: Uint8Array, at: number, little = false): number =>
  little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;

/** Unsigned 32 bit number, big endian unless `little`. */
export const u32 = (bytes: Uint8Array, at: number, little = false): number =>
  little ? u16(bytes, at, true) + u16(bytes, at + 2, true) * 65536 : u16(bytes, at) * 65536 + u16(bytes, at + 2);

/** Unsigned 24 bit number, little endian. */
export const u24 = (bytes: Uint8Array, at: number): number => u16(bytes, at, true) + bytes[at + 2]! * 65536;

/** `length` bytes as Latin-1 text. */
export const latin1 = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** Bytes one after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** A part of a file that is no pixels: a chunk of a PNG or WebP by its name, a segment of a JPEG (`APP1`, `COM`). */
export interface Piece {
  readonly kind: string;
  readonly content: Uint8Array;
}

/** What a file's header says about the image, before anything is decoded. */
export interface ImageHeader {
  /** Format of the file. */
  readonly type: "png" | "jpeg" | "webp" | "gif";
  /** Columns, as stored (before EXIF rotation). */
  readonly width: number;
  /** Rows, as stored. */
  readonly height: number;
  /** Samples per pixel once decoded. */
  readonly channels: 1 | 2 | 3 | 4;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** What may say more about the picture. */
  readonly pieces: readonly Piece[];
  /** Pictures of an animation; undefined for a still picture. */
  readonly frames?: number;
  /** Times that a JPEG's decoder passes over the pixels; 1 by default. */
  readonly scans?: number;
  /** Bytes of a JPEG's scans. */
  readonly coded?: number;
}

/** Refuses a file that would cost more than a picture can need. */
export const tooMuch = (format: string, wish: string, fact: string): RangeError =>
  new RangeError(`Cannot decode image as ${format} must have ${wish}: current file has ${fact}`);

/** Most bytes of metadata (colour profiles, texts, EXIF) in a file. */
export const MOST_METADATA = 1 << 26;

/** The error for bytes that are not a valid file of their format. */
export const malformed = (format: string, wish: string, fact: string): SyntaxError =>
  new SyntaxError(`Cannot decode image as ${format} ${wish}: current file ${fact}`);
