/**
 * Encoded images into pixels: read, recognised by their first bytes, checked by their header, decoded, turned upright.
 *
 * @module
 */
import { callCodec, type Decoded, memoryIsShort } from "./codec_call.ts";
import { type CodecModules, loadDecoder } from "./codecs.ts";
import type { ImageHeader } from "./headers/bytes.ts";
import { readHeader } from "./headers/header.ts";
import type { PngHeader } from "./headers/png.ts";
import { turnUpright } from "./orient.ts";
import { checkPixels, checkSize, type ImageInput, isPixelSource, MAX_PIXELS, type Pixels } from "./pixels.ts";
import { decodePng } from "./png_decode.ts";
import { readBytes } from "./read_bytes.ts";
import { decodeMilliseconds } from "./work.ts";

/** How to decode. */
export interface DecodeOptions {
  /** Refuse larger images, before decoding; 100 megapixels unless said. */
  readonly maxPixels?: number;
  /** Stops reading and decoding within 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Compiled codecs, where the runtime forbids compiling. */
  readonly codecModules?: CodecModules;
}

/**
 * Turns any image input into pixels: PNG (all kinds, 16 bits kept), JPEG (grey and colour, baseline and progressive) and
 * WebP (still), turned upright by their EXIF orientation, as Pillow gives them. Grey stays one channel; alpha is kept,
 * straight. Pixels are checked and returned as they are.
 *
 * @example
 * ```ts
 * const pixels = await decodeImage(await Deno.readFile("examples/photos/rocket.jpg"));
 * console.log(pixels.width, pixels.height, pixels.channels); // 640 427 3
 * ```
 *
 * @throws {SyntaxError} If the bytes are no image that we read (it says what they look like), damaged or cut off.
 * @throws {RangeError} If the image is empty or has more than `maxPixels` pixels, or is of a kind that is not supported
 * (CMYK, 12 bit or lossless JPEG, animated WebP).
 * @throws {TypeError} If the input is of no known kind, or an URL or path cannot be read here.
 * @throws {Error} If there is too little memory for the pixels.
 */
export async function decodeImage(input: ImageInput, options: DecodeOptions = {}): Promise<Pixels> {
  const { maxPixels = MAX_PIXELS, signal, codecModules } = options;
  signal?.throwIfAborted();
  if (isPixelSource(input)) return checkPixels(input, maxPixels);
  const bytes = await readBytes(input, signal);
  signal?.throwIfAborted();
  const header = readHeader(bytes);
  checkSize(header.width, header.height, maxPixels);
  const pixels = "pixels" in header
    ? await decodePng(header, signal)
    : await decodeByCodec(bytes, header, codecModules, signal);
  signal?.throwIfAborted();
  return turnUpright(pixels, header.orientation);
}

/** Decodes what needs a packed codec; a long decoding happens in a worker, which an abort ends. */
async function decodeByCodec(
  bytes: Uint8Array,
  header: Exclude<ImageHeader, PngHeader>,
  modules?: CodecModules,
  signal?: AbortSignal,
): Promise<Pixels> {
  const { type, width, height, channels } = header;
  const { open, module } = await loadDecoder(type === "jpeg" ? "jpeg_decode" : "webp_decode", modules);
  const task = type === "jpeg"
    ? { module, call: "decode", args: [bytes, false], channels } as const
    : { module, call: "decode", args: [bytes, width, height, channels] } as const;
  const { result, fault, short } = await callCodec(open, task, decodeMilliseconds(header), signal);
  const decoded = result as Decoded | null | undefined;
  if (decoded?.width === width && decoded.height === height) return { data: decoded.data, width, height, channels };
  if (short) throw memoryIsShort("decode", width, height, fault);
  if (fault) throw fault;
  throw new SyntaxError(
    `Cannot decode image as its ${type === "jpeg" ? "JPEG" : "WebP"} data must be intact: current file is damaged`,
  );
}
