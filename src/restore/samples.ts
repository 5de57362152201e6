/**
 * Pixels to what a model takes, and what it gives back to pixels: grey through a colour model, colour through a
 * one-channel model, 16 bits, alpha.
 *
 * @module
 */
import { channelOf, hasAlpha, type Pixels8, to8Bit, toChannels } from "../image/colour.ts";
import type { Channels, Pixels } from "../image/pixels.ts";
import { resizeBicubic } from "../image/resize.ts";

/** A rectangle of pixels. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Position inside `[0, size)` that position `at` is reflected to; the border pixel is not repeated. */
function reflect(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1), folded = ((at % period) + period) % period;
  return folded < size ? folded : period - folded;
}

/** BT.601 luma, full range: of JPEG, and of "grey" everywhere. */
const luma = (r: number, g: number, b: number): number => 0.299 * r + 0.587 * g + 0.114 * b;

/**
 * An area of an image as a model's input, [height, width, channels] in 0 … 1. Past the right and lower border the image
 * is reflected. Grey is replicated for a colour model; a one-channel model gets the luma of colour.
 */
export function sampleArea(pixels: Pixels, { x, y, width, height }: Area, channels: number): Float32Array {
  const { data, channels: from } = pixels, scale = 1 / (data instanceof Uint16Array ? 65535 : 255);
  const out = new Float32Array(width * height * channels), colour = from >= 3;
  for (let row = 0, o = 0; row < height; row++) {
    const line = reflect(y + row, pixels.height) * pixels.width;
    for (let column = 0; column < width; column++) {
      const i = (line + reflect(x + column, pixels.width)) * from;
      if (channels === 1) out[o++] = scale * (colour ? luma(data[i]!, data[i + 1]!, data[i + 2]!) : data[i]!);
      else for (let c = 0; c < channels; c++) out[o++] = scale * data[i + (colour ? c : 0)]!;
    }
  }
  return out;
}

/** 0 … 1 to 0 … 255 in f32, as the published test has it before rounding. */
const byteOf = (value: number): number => Math.fround(255 * value);
const luma255 = (v: Float32Array, i: number): number => 255 * luma(v[i]!, v[i + 1]!, v[i + 2]!);

/** Turns the model's output into pixels, an area at a time. */
export interface Painter {
  /** Channels of the result: those of the image. */
  readonly channels: Channels;
  /** Bytes it holds. */
  readonly bytes: number;
  /**
   * The model's output for an area of the result, [height, width, model's channels] in 0 … 1, as 8 bit pixels:
   * clamped, rounded half to even.
   */
  paint(values: Float32Array, area: Area): Pixels8;
}

/**
 * A painter for an image and a model. Grey stays one channel (the luma of what a colour model makes of it). Colour
 * through a one-channel model keeps its chroma, made larger by bicubic, and gets the restored luma. Alpha is made larger
 * by bicubic.
 */
export function openPainter(pixels: Pixels, modelChannels: number, scale: number): Painter {
  const width = pixels.width * scale, { channels } = pixels;
  const larger = (plane: Pixels) => resizeBicubic(to8Bit(plane), width, pixels.height * scale);
  const alpha = hasAlpha(pixels) ? alphaOf(pixels, larger) : undefined;
  const colour = channels >= 3, keepsChroma = colour && modelChannels === 1;
  const base = keepsChroma ? larger(toChannels(pixels, 3)).data : undefined;
  return {
    channels,
    bytes: (alpha?.length ?? 0) + (base?.length ?? 0),
    paint(values, area) {
      const data = new Uint8ClampedArray(area.width * area.height * channels); // stores rounded half to even
      for (let row = 0, i = 0, o = 0; row < area.height; row++) {
        let p = (area.y + row) * width + area.x;
        for (let column = 0; column < area.width; column++, p++, i += modelChannels, o += channels) {
          if (base) {
            const [r, g, b] = [base[3 * p]!, base[3 * p + 1]!, base[3 * p + 2]!],
              change = 255 * values[i]! - luma(r, g, b);
            data[o] = r + change;
            data[o + 1] = g + change;
            data[o + 2] = b + change;
          } else if (colour) { for (let c = 0; c < 3; c++) data[o + c] = byteOf(values[i + c]!); }
          else data[o] = modelChannels === 1 ? byteOf(values[i]!) : luma255(values, i);
          if (channels === 2 || channels === 4) data[o + channels - 1] = alpha ? alpha[p]! : 255;
        }
      }
      return { data, width: area.width, height: area.height, channels };
    },
  };
}

/** The larger alpha; undefined where all is opaque. */
function alphaOf(pixels: Pixels, larger: (plane: Pixels) => Pixels8): Pixels8["data"] | undefined {
  const { data, channels } = pixels, opaque = data instanceof Uint16Array ? 65535 : 255;
  for (let i = channels - 1; i < data.length; i += channels) {
    if (data[i] !== opaque) return larger(channelOf(pixels, channels - 1)).data;
  }
  return undefined;
}
