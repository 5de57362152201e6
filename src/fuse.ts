/**
 * From a sharp image of one channel and a coarse one of many bands to a sharp one of many bands (pansharpening).
 *
 * @module
 */
import { inTurns, type Steps } from "./bytes/turns.ts";
import type { Model } from "./load_model.ts";
import { FUSIONMAMBA_MULTIPLE } from "./models/fusionmamba/options.ts";
import { progressOf } from "./progress.ts";
import { runModel, type RunOptions } from "./run/run_model.ts";

/** Numbers of an image, pixel after pixel: [height, width, bands]. */
export interface Bands {
  /** The numbers. */
  readonly data: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** A sharp and a coarse image of the same place. */
export interface FusePair {
  /** The sharp one, one band unless the model says otherwise. */
  readonly pan: Bands;
  /** The coarse one, its sides those of the sharp one divided by the model's scale. */
  readonly ms: Bands;
}

/** How {@linkcode fuse} runs. */
export interface FuseOptions extends RunOptions {
  /** Largest number that the data can hold; 2047, of 11 bits, unless given. */
  readonly maximum?: number;
  /** Sides of a tile in pixels of the sharp image; 256 unless given. */
  readonly tile?: number;
}

/** A sharp image of many bands. */
export interface Fused extends Bands {
  /** Bands of a pixel. */
  readonly bands: number;
  /** Tiles that were run. */
  readonly tiles: number;
  /** Device that ran. */
  readonly device: string;
}

/** First pixels of tiles that cover `length`; the last one ends with it. */
function starts(length: number, tile: number): number[] {
  const list = Array.from({ length: Math.ceil(length / tile) }, (_, i) => Math.min(i * tile, length - tile));
  return list.map((start) => Math.max(0, start));
}

/** Rows and columns of an image, divided by the maximum. */
function cut({ data, width }: Bands, bands: number, x: number, y: number, columns: number, rows: number, by: number) {
  const part = new Float32Array(rows * columns * bands);
  for (let row = 0; row < rows; row++) {
    const from = ((y + row) * width + x) * bands;
    part.set(data.subarray(from, from + columns * bands), row * columns * bands);
  }
  return part.map((value) => value / by);
}

/** Numbers that are checked at once. */
const PART = 1 << 14;

function* checkBands(name: string, { data, width, height }: Bands, bands: number): Steps<void> {
  if (!(data instanceof Float32Array) || data.length !== width * height * bands || data.length === 0) {
    throw new TypeError(
      `Cannot fuse as ${name}.data must be a Float32Array of ${width} × ${height} pixels of ${bands} bands: current ` +
        `length is ${data?.length}`,
    );
  }
  for (let at = 0; at < data.length; at += PART) {
    const part = data.subarray(at, at + PART), wrong = part.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot fuse as every number of ${name} must be finite: current one at index ${at + wrong} is ${part[wrong]}`,
      );
    }
    yield part.byteLength;
  }
}

/**
 * Fuses two images with a FusionMamba, in tiles as its authors do: 256 pixels a side, side by side, the result clamped to
 * 0 … `maximum`. Mirrors `U2Net` and the test of PSRben/FusionMamba (arXiv 2404.07932).
 *
 * @throws {TypeError} When the model fuses nothing, or the sizes do not fit each other or the net.
 * @throws {RangeError} When a number is not finite, or an option is out of range.
 *
 * @example
 * ```ts ignore
 * await using model = await loadModel(device, "420.pth");
 * const { data, bands } = await fuse(model, { pan, ms });
 * ```
 */
export async function fuse(model: Model, { pan, ms }: FusePair, options: FuseOptions = {}): Promise<Fused> {
  const { info, scale, channels, device } = model, { maximum = 2047, tile = 256, onProgress, ...run } = options;
  if (info.task !== "fuse") {
    throw new TypeError(
      `Cannot fuse as the model must be one of two images: current one is ${info.family}, which is for ${info.task}`,
    );
  }
  const bands = info.options.ms_dim as number, step = FUSIONMAMBA_MULTIPLE * scale;
  const largest = Math.fround(maximum); // what the data, of single precision, is divided by
  if (!(largest > 0 && largest < Infinity)) {
    throw new RangeError(`Cannot fuse as maximum must be a number of 32 bits above 0: current value is ${maximum}`);
  }
  if (!Number.isInteger(tile) || tile < step || tile % step !== 0) {
    throw new RangeError(`Cannot fuse as tile must be a multiple of ${step}: current value is ${tile}`);
  }
  await inTurns(checkBands("pan", pan, channels), run.signal);
  await inTurns(checkBands("ms", ms, bands), run.signal);
  if (pan.width !== ms.width * scale || pan.height !== ms.height * scale) {
    throw new TypeError(
      `Cannot fuse as pan must be ${scale} times as large as ms, ${ms.width * scale} × ${
        ms.height * scale
      }: current size is ${pan.width} × ${pan.height}`,
    );
  }
  if (pan.width % step !== 0 || pan.height % step !== 0) {
    throw new TypeError(
      `Cannot fuse as the sides of pan must be multiples of ${step}: current size is ${pan.width} × ${pan.height}`,
    );
  }
  const columns = Math.min(tile, pan.width), rows = Math.min(tile, pan.height);
  const places = starts(pan.height, rows).flatMap((y) => starts(pan.width, columns).map((x) => ({ x, y })));
  const data = new Float32Array(pan.width * pan.height * bands);
  for (const [i, { x, y }] of places.entries()) {
    const sharp = cut(pan, channels, x, y, columns, rows, maximum);
    const coarse = cut(ms, bands, x / scale, y / scale, columns / scale, rows / scale, maximum);
    const fused = await runModel(device, (ops, tap) => {
      const second = ops.input(coarse, [1, rows / scale, columns / scale, bands]);
      return model.forward(ops, ops.input(sharp, [1, rows, columns, channels]), tap, { ms: second });
    }, {
      ...run,
      like: { model, key: `${[rows, columns]}` },
      onProgress: ({ fraction }) =>
        onProgress?.(progressOf("fuse", i + Math.floor(fraction), places.length, (i + fraction) / places.length)),
    });
    for (let row = 0; row < rows; row++) {
      const line = fused.subarray(row * columns * bands, (row + 1) * columns * bands);
      const clamped = line.map((value) => Math.min(1, Math.max(0, value)) * maximum);
      data.set(clamped, ((y + row) * pan.width + x) * bands);
    }
  }
  return { data, width: pan.width, height: pan.height, bands, tiles: places.length, device: device.name };
}
