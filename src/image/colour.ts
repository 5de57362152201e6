/**
 * Colour is a per-pixel business: depth, alpha, grey and luma conversions, each as Pillow or the published metric
 * defines it.
 *
 * @module
 */
import type { Channels, Pixels } from "./pixels.ts";

/** Pixels with 8 bits a sample. */
export type Pixels8 = Pixels & { readonly data: Uint8Array | Uint8ClampedArray };

/** True if the image has an alpha channel. */
export const hasAlpha = (pixels: Pixels): boolean => pixels.channels === 2 || pixels.channels === 4;

/** Samples scaled from 16 to 8 bits, rounded to nearest; 8 bit images are returned as they are. */
export function to8Bit(pixels: Pixels): Pixels8 {
  if (!(pixels.data instanceof Uint16Array)) return pixels as Pixels8;
  const data = new Uint8Array(pixels.data.length);
  for (let i = 0; i < data.length; i++) data[i] = (pixels.data[i]! + 128) / 257;
  return { ...pixels, data };
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
  return { data, width, height, channels: colours as Channels };
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
  return { data, width, height, channels };
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
 * Colours and alpha put together again: the inverse of taking alpha apart by {@linkcode channelOf}.
 *
 * @throws {TypeError} If the two differ in size or depth, or `colour` has alpha already.
 */
export function withAlpha(colour: Pixels, alpha: Pixels): Pixels {
  const wide = colour.data instanceof Uint16Array;
  if (
    alpha.channels !== 1 || hasAlpha(colour) || alpha.width !== colour.width || alpha.height !== colour.height ||
    wide !== alpha.data instanceof Uint16Array
  ) {
    throw new TypeError(
      `Cannot add alpha as it must be one channel of the size and depth of a ${colour.width}x${colour.height} image ` +
        `without alpha: current alpha is ${alpha.width}x${alpha.height}x${alpha.channels}, ` +
        `the image has ${colour.channels} channels`,
    );
  }
  const { width, height, channels } = colour;
  const out = channels + 1;
  const data = wide ? new Uint16Array(width * height * out) : new Uint8Array(width * height * out);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < channels; c++) data[p * out + c] = colour.data[p * channels + c]!;
    data[p * out + channels] = alpha.data[p]!;
  }
  return { data, width, height, channels: out as Channels };
}

/** Luma and chroma planes of a colour image, each one channel. */
export interface LumaChroma {
  /** BT.601 luma, full range. */
  readonly y: Pixels8;
  /** Blue difference, 128 = none. */
  readonly cb: Pixels8;
  /** Red difference, 128 = none. */
  readonly cr: Pixels8;
}

/** Splits RGB into JPEG's Y, Cb and Cr (BT.601, full range): a one-channel model restores Y, chroma is kept. */
export function splitLuma(pixels: Pixels): LumaChroma {
  const { data, width, height } = to8Bit(toChannels(pixels, 3));
  const planes = [0, 1, 2].map(() => new Uint8ClampedArray(width * height));
  for (let p = 0, i = 0; p < width * height; p++, i += 3) {
    const r = data[i]!, g = data[i + 1]!, b = data[i + 2]!;
    planes[0]![p] = 0.299 * r + 0.587 * g + 0.114 * b;
    planes[1]![p] = 128 - 0.168735892 * r - 0.331264108 * g + 0.5 * b;
    planes[2]![p] = 128 + 0.5 * r - 0.418687589 * g - 0.081312411 * b;
  }
  const [y, cb, cr] = planes.map((plane): Pixels8 => ({ data: plane, width, height, channels: 1 }));
  return { y: y!, cb: cb!, cr: cr! };
}

/**
 * Puts luma and chroma together again as RGB: the inverse of {@linkcode splitLuma} up to rounding.
 *
 * @throws {TypeError} If the planes differ in size.
 */
export function mergeLuma({ y, cb, cr }: LumaChroma): Pixels8 {
  for (const plane of [cb, cr]) {
    if (plane.width !== y.width || plane.height !== y.height) {
      throw new TypeError(
        `Cannot merge planes as chroma must have the size of luma ${y.width}x${y.height}: ` +
          `current size is ${plane.width}x${plane.height}`,
      );
    }
  }
  const data = new Uint8ClampedArray(y.data.length * 3);
  for (let p = 0, o = 0; o < data.length; p++, o += 3) {
    const blue = cb.data[p]! - 128, red = cr.data[p]! - 128, grey = y.data[p]!;
    data[o] = grey + 1.402 * red;
    data[o + 1] = grey - 0.344136286 * blue - 0.714136286 * red;
    data[o + 2] = grey + 1.772 * blue;
  }
  return { data, width: y.width, height: y.height, channels: 3 };
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
