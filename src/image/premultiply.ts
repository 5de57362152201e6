/**
 * Colours weighed by their alpha and back, with Pillow's rounding (modes RGBa and La).
 *
 * @module
 */
import type { Pixels } from "./pixels.ts";

/** Applies a change to each colour of each pixel, which sees its alpha. */
function changed(pixels: Pixels, change: (value: number, alpha: number, opaque: number) => number): Pixels {
  const { data, channels } = pixels, wide = data instanceof Uint16Array, opaque = wide ? 65535 : 255;
  const out = wide ? new Uint16Array(data.length) : new Uint8Array(data.length), last = channels - 1;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + last]!;
    for (let c = 0; c < last; c++) out[i + c] = change(data[i + c]!, alpha, opaque);
    out[i + last] = alpha;
  }
  return { ...pixels, data: out };
}

/** A product of two samples as a share of the largest, rounded to nearest: Pillow's `MULDIV255`. */
function share(value: number, alpha: number, opaque: number): number {
  if (opaque !== 255) return Math.round(value * alpha / opaque);
  const product = value * alpha + 128;
  return ((product >> 8) + product) >> 8;
}

/** Colours times alpha. */
export const premultiplied = (pixels: Pixels): Pixels => changed(pixels, share);

/** Colours by alpha. */
export const straight = (pixels: Pixels): Pixels =>
  changed(
    pixels,
    (value, alpha, opaque) =>
      alpha === 0 || alpha === opaque ? value : Math.min(opaque, Math.floor(opaque * value / alpha)),
  );
