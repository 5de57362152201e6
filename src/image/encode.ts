/**
 * Pixels into encoded images.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { inTurns } from "../bytes/turns.ts";
import { type Strip, unlessEmpty } from "./attached.ts";
import type { CodecModules } from "./codecs.ts";
import { byRows, hasAlpha, overWhite, to8Bit, toChannels } from "./colour.ts";
import { attachedChunks } from "./attached_chunks.ts";
import { joinBytes } from "./headers/bytes.ts";
import { callCodec, memoryIsShort } from "./codec_call.ts";
import { loadEncoder } from "./encoders.ts";
import { type Channels, checkPixels, type PixelSource } from "./pixels.ts";
import { pngEncoder } from "./png_encode.ts";
import { ENCODE } from "./work.ts";

/** How to encode. */
export interface EncodeOptions {
  /** Format of the file. */
  readonly type: "png" | "jpeg" | "webp";
  /** Quality of JPEG and WebP, 0 to 100; 90 by default. PNG has none. */
  readonly quality?: number;
  /** Keep every sample (WebP). `false` by default; PNG always does. */
  readonly lossless?: boolean;
  /**
   * What is left out of what the pixels have attached: `true`, everything that is no colour; `"gps"`, where the picture was
   * taken. `false` by default.
   */
  readonly strip?: Strip;
  /** Hears what the format cannot hold, one reason each. */
  readonly onLeftOut?: ((reason: string) => void) | undefined;
  /** Compiled codecs, where the runtime forbids compiling. */
  readonly codecModules?: CodecModules;
  /** Stops encoding within 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Samples of a PNG whose compressed bytes become one chunk. */
const BAND = 1 << 22;

/** Largest side the formats can write. */
const LONGEST: { readonly [type in EncodeOptions["type"]]: number } = { png: 2 ** 31 - 1, jpeg: 65500, webp: 16383 };

/** MozJPEG's options but quality: progressive; chroma is halved below a quality that MozJPEG chooses itself. */
const JPEG_OPTIONS = {
  baseline: false,
  arithmetic: false,
  progressive: true,
  optimize_coding: true,
  smoothing: 0,
  quant_table: 3,
  trellis_multipass: false,
  trellis_opt_zero: false,
  trellis_opt_table: false,
  trellis_loops: 1,
  auto_subsample: true,
  chroma_subsample: 2,
  separate_chroma_quality: false,
  chroma_quality: 75,
};
const GREYSCALE = 1, YCBCR = 3;

/** libwebp's options but quality and losslessness, at its defaults. */
const WEBP_OPTIONS = {
  target_size: 0,
  target_PSNR: 0,
  method: 4,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  preprocessing: 0,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
  use_sharp_yuv: 0,
};

/**
 * Refuses a size that a format cannot have, before any work is done for it.
 *
 * @throws {RangeError} If the format is none that is written, or the image is longer than it allows.
 */
export function checkEncodable(type: EncodeOptions["type"], width: number, height: number): void {
  const longest = LONGEST[type];
  if (longest === undefined) {
    throw new RangeError(`Cannot encode image as type must be png, jpeg or webp: current value is ${type}`);
  }
  if (Math.max(width, height) > longest) {
    throw new RangeError(
      `Cannot encode image as a ${type} must be at most ${longest} long: current size is ${width}x${height}`,
    );
  }
}

/**
 * Encodes pixels as a PNG (any channels, 8 or 16 bits), JPEG (alpha is blended over white) or WebP. Where the format has
 * only 8 bits, 16 become 8. What the pixels have {@linkcode Pixels.attached} is written as the format can hold it, with the
 * sizes that EXIF and XMP say corrected.
 *
 * @example
 * ```ts
 * const red = { data: Uint8Array.of(255, 0, 0), width: 1, height: 1, channels: 3 } as const;
 * const file = await encodeImage(red, { type: "png" });
 * ```
 *
 * @throws {TypeError} If the pixels' length does not fit their size.
 * @throws {RangeError} If the image is empty or longer than the format allows, or `quality` is not from 0 to 100.
 * @throws {Error} If there is too little memory for it.
 */
export async function encodeImage(source: PixelSource, options: EncodeOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { type, quality = 90, lossless = false, strip = false, onLeftOut = () => {}, codecModules, signal } = options;
  signal?.throwIfAborted();
  const pixels = checkPixels(source, Infinity);
  const { width, height } = pixels;
  checkEncodable(type, width, height);
  if (!(quality >= 0 && quality <= 100)) {
    throw new RangeError(`Cannot encode image as quality must be from 0 to 100: current value is ${quality}`);
  }
  if (type === "png") {
    const encoder = pngEncoder(width, height, pixels.channels, pixels.data instanceof Uint16Array ? 16 : 8);
    const parts = [encoder.header, await attachedChunks(pixels, strip)], line = width * pixels.channels;
    const band = line * Math.ceil(BAND / line);
    for (let at = 0; at < pixels.data.length; at += band) {
      parts.push(await encoder.writeRows(pixels.data.subarray(at, at + band), signal));
    }
    return joinBytes([...parts, await encoder.finish()]);
  }
  const alpha = hasAlpha(pixels), flat = type === "jpeg" ? overWhite : to8Bit;
  const channels = (alpha && type === "jpeg" ? pixels.channels - 1 : pixels.channels) as Channels;
  const { open, module } = await loadEncoder(type === "jpeg" ? "jpeg_encode" : "webp_encode", codecModules);
  const settings = type === "jpeg"
    ? { ...JPEG_OPTIONS, quality, color_space: channels === 1 ? GREYSCALE : YCBCR }
    : { ...WEBP_OPTIONS, quality, lossless: Number(lossless), exact: Number(lossless && alpha) };
  // A copy in any case, so that it can be given to a worker.
  const { data } = await inTurns(byRows(pixels, (rows) => ({ ...toChannels(flat(rows), 4) })), signal);
  const task = { module, call: "encode", args: [data, width, height, settings], given: data } as const;
  const pace = type === "webp" && lossless ? ENCODE.lossless : ENCODE[type];
  const { result, fault, short } = await callCodec(open, task, pace * width * height / 1e6, signal);
  // What an encoder gives once memory was refused is not to be trusted.
  if (short) throw memoryIsShort("encode", width, height, fault);
  if (!result) {
    if (fault) throw fault;
    throw new RangeError(`Cannot encode image as ${type} must take its size: current size is ${width}x${height}`);
  }
  const encoded = result as Uint8Array<ArrayBuffer>;
  const attached = pixels.attached && unlessEmpty(pixels.attached);
  if (!attached) return encoded;
  const write = await writer(), facts = { width, height, channels };
  return (type === "jpeg" ? write.intoJpeg : write.intoWebp)(
    encoded,
    write.stripped(attached, strip),
    facts,
    onLeftOut,
  );
}

const writer = () => lazyImport<typeof import("./attached/write.ts")>("./image/attached/write.ts");
