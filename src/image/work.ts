/**
 * How long codecs take on a modest core, by what a header says: it decides whether a picture is decoded in place or in a
 * worker that can be ended, and what a server without workers refuses.
 *
 * @module
 */
import { canSpawn } from "../bytes/spawn.ts";
import { type ImageHeader, malformed } from "./headers/bytes.ts";
import { MAX_PIXELS } from "./pixels.ts";

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

/** Milliseconds a megapixel that a WebP of one colour takes, which may have 80 bytes for it. */
const WEBP_FLAT = 15;
/** Milliseconds a megapixel that each picture of an animation takes beside its decoding: all of it is copied. */
const FRAME = 1;
/** Milliseconds that any file may be estimated to take, and those for each of its bytes. */
const FREE = 1500, PER_BYTE = 0.05;

/** Blocks of a JPEG that are no matter, whether there is anything in the file for them or not. */
const FEW_BLOCKS = 1000;

/**
 * Refuses a file whose claims are out of all proportion to its bytes: a picture of one colour takes nearly as long as another,
 * but no format packs even that so tightly. Whoever allows more pixels allows more work.
 *
 * @throws {SyntaxError} If it is a JPEG with less than a bit for each block.
 * @throws {RangeError} If it would take too long by the estimate for a modest core.
 */
export function checkWork(header: ImageHeader, bytes: number, maxPixels: number, frames = 0): void {
  const { width, height, coded = Infinity } = header, blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  // The shortest code of a JPEG has one bit, and every block has one at least.
  if (blocks > 8 * coded + FEW_BLOCKS) {
    throw malformed("JPEG", "must have a bit for each block of 8x8 pixels", `has ${coded} bytes for ${blocks} blocks`);
  }
  const most = FREE * Math.max(1, maxPixels / MAX_PIXELS) + PER_BYTE * bytes;
  const pixels = header.type === "webp" ? WEBP_FLAT * width * height / 1e6 : decodeMilliseconds(header);
  const work = pixels + FRAME * frames * width * height / 1e6;
  if (work <= most) return;
  throw new RangeError(
    `Cannot decode image as a file of ${bytes} bytes must take at most ${Math.floor(most)} ms by estimate: ` +
      `current estimate is ${Math.ceil(work)} ms, for ${width}x${height}${frames > 1 ? ` in ${frames} frames` : ""}`,
  );
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
