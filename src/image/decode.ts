/**
 * Encoded images into pixels: read, recognised by their first bytes, checked by their header, decoded, turned upright.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { inTurns } from "../bytes/turns.ts";
import type { CodecModules } from "./codecs.ts";
import { decodeByRuntime } from "./decode_by_runtime.ts";
import { isDrawable, readDrawable } from "./drawn.ts";
import { decodeStored } from "./decode_stored.ts";
import { imageType, readHeader } from "./headers/header.ts";
import { turnUpright } from "./orient.ts";
import { orientationOf } from "./orientation.ts";
import { checkPixels, checkSize, type ImageInput, isPixelSource, MAX_PIXELS, type Pixels } from "./pixels.ts";
import { readBytes } from "./read_bytes.ts";
import { checkWork } from "./work.ts";

/** How to decode. */
export interface DecodeOptions {
  /** Refuse larger images, before decoding; 100 megapixels by default. */
  readonly maxPixels?: number;
  /** Read what the file says beside the pixels, {@linkcode Pixels.attached}; `true` by default. */
  readonly attached?: boolean;
  /** Stops reading and decoding within 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Compiled codecs, where the runtime forbids compiling. */
  readonly codecModules?: CodecModules;
}

/**
 * Turns any image input into pixels: PNG (all kinds, 16 bits kept), JPEG (grey, colour and inks, baseline and
 * progressive), WebP and GIF, turned upright by their EXIF orientation, as Pillow gives them. Grey stays one channel; alpha
 * is kept, straight. Of an animation it is the first picture, see {@linkcode decodeAnimation}. AVIF and HEIC are read where
 * the runtime's own decoder can, which is in browsers; they come in sRGB then. Inks (CMYK, YCCK) become sRGB by their
 * profile. Other pixels keep their profile and metadata in {@linkcode Pixels.attached}. Pixels are checked and returned as
 * they are; what a browser draws is read in sRGB, see {@linkcode Drawable}.
 *
 * @example
 * ```ts
 * const pixels = await decodeImage(await Deno.readFile("examples/photos/rocket.jpg"));
 * console.log(pixels.width, pixels.height, pixels.channels); // 640 427 3
 * ```
 *
 * @throws {SyntaxError} If the bytes are no image that we read (it says what they look like), damaged or cut off.
 * @throws {RangeError} If the image is empty or has more than `maxPixels` pixels, claims far more than its bytes can hold, or
 * is of a kind that is not supported (12 bit or lossless JPEG).
 * @throws {TypeError} If the input is of no known kind, a URL or path cannot be read here, a `Response` is no success, or
 * what a browser draws has not loaded, is closed, or must not be read by this page.
 * @throws {Error} If there is too little memory for the pixels.
 */
export async function decodeImage(input: ImageInput, options: DecodeOptions = {}): Promise<Pixels> {
  const { maxPixels = MAX_PIXELS, attached: wanted = true, signal } = options;
  signal?.throwIfAborted();
  if (isPixelSource(input)) return checkPixels(input, maxPixels);
  if (isDrawable(input)) return readDrawable(input, maxPixels);
  const bytes = await readBytes(input, signal);
  signal?.throwIfAborted();
  const native = imageType(bytes) === undefined ? await decodeByRuntime(bytes, maxPixels) : undefined;
  if (native) return native;
  const header = readHeader(bytes);
  checkSize(header.width, header.height, maxPixels);
  checkWork(header, bytes.length, maxPixels);
  const stored = await decodeStored(bytes, header, options);
  const pixels = await inTurns(turnUpright(stored, await orientationOf(header)), signal);
  signal?.throwIfAborted();
  if (!wanted || header.pieces.length === 0) return pixels;
  const { readAttached } = await lazyImport<typeof import("./attached/read.ts")>("./image/attached/read.ts");
  const attached = await readAttached(header);
  if (!attached || !("inks" in header)) return attached ? { ...pixels, attached } : pixels;
  const { profile: _, ...rest } = attached; // inks have been converted by it
  return Object.keys(rest).length > 0 ? { ...pixels, attached: rest } : pixels;
}
