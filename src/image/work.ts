/**
 * How long codecs take on a modest core, by what a header says: it decides whether a picture is decoded in place or in a
 * worker that can be ended, and what a server without workers refuses.
 *
 * @module
 */
import { canSpawn } from "../bytes/spawn.ts";
import type { ImageHeader } from "./headers/bytes.ts";

/** Milliseconds a megapixel: measured on one core of a small virtual machine, rounded up. */
const JPEG_FIRST_SCAN = 30, JPEG_LATER_SCAN = 10, WEBP = 100;
/** Milliseconds a million bytes, unfiltered. */
const PNG = 40;

/** Milliseconds that decoding takes. */
export function decodeMilliseconds({ type, width, height, channels, scans = 1 }: ImageHeader): number {
  const megapixels = width * height / 1e6;
  if (type === "png") return PNG * channels * megapixels;
  return megapixels * (type === "webp" ? WEBP : JPEG_FIRST_SCAN + JPEG_LATER_SCAN * (scans - 1));
}

/** Milliseconds a megapixel that encoding takes. */
export const ENCODE = { png: 150, jpeg: 400, webp: 400, lossless: 2000 } as const;

/** Bytes per pixel that a decoder leaves to the garbage collector: RGBA in its own memory, and a copy. */
const DECODER_BYTES = 8;
/** Pixels from which a picture is decoded in a worker, which gives its memory back, where the runtime has any. */
const DECODED_APART = 1.5e6;

/** Bytes that decoding a picture leaves. */
export const leftByDecoder = (pixels: number): number =>
  DECODER_BYTES * (canSpawn() ? Math.min(pixels, DECODED_APART) : pixels);
