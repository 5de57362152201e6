/**
 * Colour is a per-pixel business: depth, alpha, grey and luma conversions, each as Pillow or the published metric
 * defines it.
 *
 * @module
 */
import type { Steps } from "../bytes/turns.ts";
import type { Channels, Pixels } from "./pixels.ts";

/** Pixels with 8 bits a sample. */
export type Pixels8 = Pixels & { readonly data: Uint8Array | Uint8ClampedArray };

/** True if the image has an alpha channel. */
export const hasAlpha = (pixels: Pixels): boolean => pixels.channels === 2 || pixels.channels === 4;

/** Samples that are passed over at once. */
const PART = 1 << 15;

/**
 * The picture with a change of single pixels applied, some rows at a time; itself where `change` gives back the rows that it
 * was given.
 */
export function* byRows(pixels: Pixels, change: (rows: Pixels) => Pixels): Steps<Pixels> {
  const { data, width, height, channels } = pixels, stride = width * channels, most = Math.ceil(PART / stride);
  let made: Pixels | undefined;
  for (let y = 0; y < height; y += most) {
    const part = data.subarray(y * stride, (y + most) * stride),
      rows = { ...pixels, data: part, height: part.length / stride };
    const changed = change(rows), line = width * changed.channels;
    if (changed === rows) return pixels;
    const room = () =>
      changed.data instanceof Uint16Array ? new Uint16Array(height * line) : new Uint8Array(height * line);
    made ??= { ...changed, data: room(), height };
    made.data.set(changed.data, y * line);
    yield part.length + changed.data.length;
  }
  return made!;
}

/** Whether the alpha of a pixel is one that is looked for; never without alpha. */
export function* someAlpha(pixels: Pixels, wanted: (alpha: number) => boolean): Steps<boolean> {
  const { data, width, channels } = pixels;
  if (!hasAlpha(pixels)) return false;
  for (let i = channels - 1, end = 0; end < data.length;) {
    for (end += width * channels; i < end; i += channels) if (wanted(data[i]!)) return true;
    yield width * channels;
  }
  return false;
}

/** Samples scaled from 16 to 8 bits, rounded to nearest; 8 bit images are returned as they are. */
export function to8Bit(pixels: Pixels): Pixels8 {
  if (!(pixels.data instanceof Uint16Array)) return pixels as Pixels8;
  const data = new Uint8Array(pixels.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (pixels.data[i]! + 128) / 257;
  return { ...pixels, data };
}

/** The image with that many bits a sample. */
export function toDepth(pixels: Pixels, depth: 8 | 16): Pixels {
  if (depth === 8) return to8Bit(pixels);
  if (pixels.data instanceof Uint16Array) return pixels;
  return { ...pixels, data: Uint16Array.from(pixels.data, (value) => 257 * value) };
}

/**
 * Blends an image with alpha over white and drops the alpha; others are returned as they are (8 bit).
 * Rounds as Pillow's `paste` with a mask does: to the nearest of `c·a/255 + (255 − a)`.
 */
export function overWhite(pixels: Pixels): Pixels8 {
  const source = to8Bit(pixels);
  if (!hasAlpha(source)) return source;
  const { width, height, channels } = source;
  const colours = channels - 1;
  const data = new Uint8Array(width * height * colours);
  for (let i = 0, o = 0; o < data.length; i += channels) {
    const alpha = source.data[i + colours]!;
    for (let c = 0; c < colours; c++) data[o++] = (source.data[i + c]! * alpha + 255 * (255 - alpha) + 127) / 255;
  }
  return { ...source, data, channels: colours as Channels };
}

/**
 * The same image with another number of channels: grey is replicated, colour becomes BT.601 luma as Pillow's
 * `convert("L")` gives it, new alpha is opaque, surplus alpha is dropped (use {@linkcode overWhite} first to blend it).
 * Depth is kept.
 */
export function toChannels(pixels: Pixels, channels: Channels): Pixels {
  if (pixels.channels === channels) return pixels;
  const { width, height } = pixels;
  const from = pixels.channels;
  const wide = pixels.data instanceof Uint16Array;
  const data = wide ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  const opaque = wide ? 65535 : 255;
  for (let i = 0, o = 0; o < data.length; i += from, o += channels) {
    if (channels >= 3) {
      for (let c = 0; c < 3; c++) data[o + c] = pixels.data[i + (from >= 3 ? c : 0)]!;
    } else {
      data[o] = from >= 3 ? luma(pixels.data[i]!, pixels.data[i + 1]!, pixels.data[i + 2]!) : pixels.data[i]!;
    }
    if (channels === 2 || channels === 4) {
      data[o + channels - 1] = from === 2 || from === 4 ? pixels.data[i + from - 1]! : opaque;
    }
  }
  return { ...pixels, data, channels };
}

/** BT.601 luma, full range, in Pillow's 16 bit fixed point (exact for 8 and 16 bit samples). */
const luma = (r: number, g: number, b: number): number =>
  Math.floor((r * 19595 + g * 38470 + b * 7471 + 32768) / 65536);

/** One channel of an image, as a grey image of the same depth. */
export function channelOf(pixels: Pixels, channel: number): Pixels {
  const { width, height, channels } = pixels;
  const data = pixels.data instanceof Uint16Array ? new Uint16Array(width * height) : new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = pixels.data[i * channels + channel]!;
  return { data, width, height, channels: 1 };
}

/**
 * The Y that published super-resolution figures are measured on (BT.601, limited range 16 … 235), unrounded, with the
 * float32 roundings of BasicSR's `to_y_channel`. RGB or grey in, `[height, width]` out.
 */
export function measuredLuma(pixels: Pixels8): Float64Array {
  const { data, width, height, channels } = pixels;
  const out = new Float64Array(width * height);
  const { fround } = Math;
  for (let p = 0, i = 0; p < out.length; p++, i += channels) {
    if (channels < 3) {
      out[p] = fround(fround(data[i]! / 255) * 255);
      continue;
    }
    const r = fround(data[i]! / 255), g = fround(data[i + 1]! / 255), b = fround(data[i + 2]! / 255);
    out[p] = fround(fround((24.966 * b + 128.553 * g + 65.481 * r + 16) / 255) * 255);
  }
  return out;
}
