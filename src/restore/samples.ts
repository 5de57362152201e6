/**
 * Pixels to what a model takes, and what it gives back to pixels: grey through a colour model, colour through a
 * one-channel model, 16 bits, alpha.
 *
 * @module
 */
import { byRows, channelOf, someAlpha, toChannels } from "../image/colour.ts";
import type { Channels, Pixels } from "../image/pixels.ts";
import type { Steps } from "../bytes/turns.ts";
import { BICUBIC, resample } from "../image/resample.ts";

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

const largest = (pixels: Pixels): number => pixels.data instanceof Uint16Array ? 65535 : 255;

/**
 * An area of an image as a model's input, [height, width, channels] in 0 … 1. Past the right and lower border the image
 * is reflected. Grey is replicated for a colour model; a one-channel model gets the luma of colour.
 */
export function sampleArea(pixels: Pixels, { x, y, width, height }: Area, channels: number): Float32Array {
  const { data, channels: from } = pixels, scale = 1 / largest(pixels);
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

/** Whether an image has alpha that is not opaque everywhere. */
export function hasClearPixels(pixels: Pixels): Steps<boolean> {
  const opaque = largest(pixels);
  return someAlpha(pixels, (alpha) => alpha !== opaque);
}

/** The alpha of an image as an image in grey. */
export const alphaOf = (pixels: Pixels): Steps<Pixels> =>
  byRows(pixels, (rows) => channelOf(rows, pixels.channels - 1));

/** How the pixels of a result are made. */
export interface PainterOptions {
  /** Bits of a sample of the result; those of the image by default. */
  readonly depth?: 8 | 16;
  /** The model's output has the alpha after its own channels. */
  readonly alphaByNet?: boolean;
}

/** Turns the model's output into pixels, an area at a time. */
export interface Painter {
  /** Channels of the result: those of the image. */
  readonly channels: Channels;
  /** Bytes it holds. */
  readonly bytes: number;
  /**
   * The model's output for an area of the result, [height, width, model's channels (and alpha)] in 0 … 1, as pixels:
   * clamped, rounded half to even.
   */
  paint(values: Float32Array, area: Area): Pixels;
}

/** Per pixel of an image whether all around it have its alpha: such alpha needs no net, and gets none. */
function* flatAlpha({ data, width, height, channels }: Pixels): Steps<Uint8Array> {
  const flat = new Uint8Array(width * height).fill(1),
    at = (x: number, y: number) => data[(y * width + x + 1) * channels - 1]!;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = at(x, y);
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          if (at(u, v) !== own) flat[y * width + x] = 0;
        }
      }
    }
    yield 9 * width;
  }
  return flat;
}

/** Opens the painter of an image's result. */
export function* openPainter(
  pixels: Pixels,
  modelChannels: number,
  scale: number,
  { depth, alphaByNet = false }: PainterOptions = {},
): Steps<Painter> {
  const { channels } = pixels, width = pixels.width * scale, from = largest(pixels);
  const wide = depth === undefined ? from === 65535 : depth === 16, to = wide ? 65535 : 255;
  const larger = (plane: Pixels) => resample(plane, width, pixels.height * scale, BICUBIC);
  const clear = yield* hasClearPixels(pixels);
  const alpha = clear && !alphaByNet ? (yield* larger(yield* alphaOf(pixels))).data : undefined;
  const flat = clear && alphaByNet ? yield* flatAlpha(pixels) : undefined;
  const colour = channels >= 3, keepsChroma = colour && modelChannels === 1;
  const base = keepsChroma ? (yield* larger(yield* byRows(pixels, (rows) => toChannels(rows, 3)))).data : undefined;
  const stride = modelChannels + (flat ? 1 : 0), ratio = to / from;
  // In f32, as the published test has it before rounding.
  const sample = (value: number): number => Math.fround(to * value);
  const alphaAt = (p: number, values: Float32Array, i: number): number => {
    if (alpha) return alpha[p]! * ratio;
    if (!flat) return to;
    const source = Math.floor(Math.floor(p / width) / scale) * pixels.width + Math.floor(p % width / scale);
    return flat[source] ? pixels.data[(source + 1) * channels - 1]! * ratio : sample(values[i + modelChannels]!);
  };
  return {
    channels,
    bytes: (alpha?.byteLength ?? 0) + (base?.byteLength ?? 0) + (flat?.length ?? 0),
    paint(values, area) {
      const length = area.width * area.height * channels;
      const data = wide ? new Float32Array(length) : new Uint8ClampedArray(length); // stores rounded half to even
      for (let row = 0, i = 0, o = 0; row < area.height; row++) {
        let p = (area.y + row) * width + area.x;
        for (let column = 0; column < area.width; column++, p++, i += stride, o += channels) {
          if (base) {
            const [r, g, b] = [base[3 * p]!, base[3 * p + 1]!, base[3 * p + 2]!];
            const change = to * values[i]! - ratio * luma(r, g, b);
            data[o] = ratio * r + change;
            data[o + 1] = ratio * g + change;
            data[o + 2] = ratio * b + change;
          } else if (colour) { for (let c = 0; c < 3; c++) data[o + c] = sample(values[i + c]!); }
          else {data[o] = modelChannels === 1
              ? sample(values[i]!)
              : to * luma(values[i]!, values[i + 1]!, values[i + 2]!);}
          if (channels === 2 || channels === 4) data[o + channels - 1] = alphaAt(p, values, i);
        }
      }
      return {
        data: data instanceof Float32Array ? rounded16(data) : data,
        width: area.width,
        height: area.height,
        channels,
      };
    },
  };
}

/** Clamped to 16 bits and rounded. */
const rounded16 = (values: Float32Array): Uint16Array =>
  Uint16Array.from(values, (value) => Math.round(Math.min(65535, Math.max(0, value))));
