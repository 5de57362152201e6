/**
 * Encoded images into pixels: read, recognised by their first bytes, checked by their header, decoded, turned upright.
 *
 * @module
 */
import { type CodecModules, openDecoder } from "./codecs.ts";
import type { ImageHeader } from "./headers/bytes.ts";
import { readHeader } from "./headers/header.ts";
import type { PngHeader } from "./headers/png.ts";
import { turnUpright } from "./orient.ts";
import {
  type Channels,
  checkPixels,
  checkSize,
  type ImageInput,
  isPixelSource,
  MAX_PIXELS,
  type Pixels,
} from "./pixels.ts";
import { decodePng } from "./png_decode.ts";
import { readBytes } from "./read_bytes.ts";

/** How to decode. */
export interface DecodeOptions {
  /** Refuse larger images, before decoding; 100 megapixels unless said. */
  readonly maxPixels?: number;
  /** Stops reading and decoding; the promise rejects with the signal's reason. */
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
    : await decodeByCodec(bytes, header, codecModules);
  signal?.throwIfAborted();
  return turnUpright(pixels, header.orientation);
}

/** Decodes what needs a packed codec, and drops the channels that its RGBA adds. */
async function decodeByCodec(
  bytes: Uint8Array,
  header: Exclude<ImageHeader, PngHeader>,
  modules?: CodecModules,
): Promise<Pixels> {
  const { type, width, height, channels } = header;
  let decoded, cause;
  try {
    decoded = type === "jpeg"
      ? (await openDecoder("jpeg_decode", modules)).decode(bytes, false)
      : (await openDecoder("webp_decode", modules)).decode(bytes);
  } catch (error) {
    if (error instanceof Error && !(error instanceof WebAssembly.RuntimeError)) throw error;
    cause = error; // a C++ exception or a trap
  }
  if (!decoded || decoded.width !== width || decoded.height !== height) {
    throw new SyntaxError(
      `Cannot decode image as its ${type === "jpeg" ? "JPEG" : "WebP"} data must be intact: current file is damaged`,
      { cause },
    );
  }
  return { data: firstChannels(decoded.data, channels), width, height, channels };
}

/** The first channels of RGBA. */
function firstChannels(rgba: Uint8ClampedArray, channels: Channels): Uint8Array | Uint8ClampedArray {
  if (channels === 4) return rgba;
  const out = new Uint8Array(rgba.length / 4 * channels);
  for (let i = 0, o = 0; o < out.length; i += 4) {
    for (let c = 0; c < channels; c++) out[o++] = rgba[i + c]!;
  }
  return out;
}
