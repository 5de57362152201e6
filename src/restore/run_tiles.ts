/**
 * Runs a model over tiles and fades them into each other. Only a tile and the two fades it shares with later tiles are
 * held, so that memory does not grow with the image; finished areas come out row of tiles by row of tiles.
 *
 * @module
 */
import type { Model } from "../load_model.ts";
import type { Choices } from "../models/family.ts";
import type { Pixels } from "../image/pixels.ts";
import { predictMilliseconds, runModel } from "../run/run_model.ts";
import { type Area, sampleArea } from "./samples.ts";
import { seenPixels, type Span, type Tiling } from "./tiling.ts";

/** An area of the result that no later tile changes. */
export interface Finished {
  /** In output pixels. */
  readonly area: Area;
  /** [height, width, channels of the model's output, and alpha where the net makes it], not clamped. */
  readonly values: Float32Array;
}

/** How {@linkcode runTiles} is watched and stopped. */
export interface TilesOptions {
  readonly signal?: AbortSignal | undefined;
  /** What every run is given beside its tile. */
  readonly choices?: Choices | undefined;
  /** Share of the work that is done, from 0 to 1. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
  /** Alpha as a grey image: the net runs over it too, where it is not the same in the whole tile. */
  readonly alpha?: Pixels | undefined;
}

/** Whether an area of a model's input is one value. */
const isFlat = (values: Float32Array): boolean => values.every((value) => value === values[0]);

/** The model's output with alpha after each pixel; of a model of colour alpha is the luma. */
function withAlpha(output: Float32Array, channels: number, alpha: Float32Array | number): Float32Array {
  const out = new Float32Array(output.length / channels * (channels + 1));
  for (let i = 0, o = 0; i < output.length; i += channels) {
    for (let c = 0; c < channels; c++) out[o++] = output[i + c]!;
    if (typeof alpha === "number") out[o++] = alpha;
    else out[o++] = channels < 3 ? alpha[i]! : 0.299 * alpha[i]! + 0.587 * alpha[i + 1]! + 0.114 * alpha[i + 2]!;
  }
  return out;
}

/** Weight of a span at every output pixel from the start of its rise to the end of its fall. */
function weightsOf({ rise, fall }: Span, scale: number): Float32Array {
  const first = rise[0] * scale,
    ramp = ([from, to]: readonly [number, number], at: number) =>
      to === from
        ? (at >= from * scale ? 1 : 0)
        : Math.min(1, Math.max(0, (at + 0.5 - from * scale) / ((to - from) * scale)));
  return Float32Array.from(
    { length: fall[1] * scale - first },
    (_, i) => ramp(rise, first + i) * (1 - ramp(fall, first + i)),
  );
}

/** A tile's output where it counts: rows of `width` values from `first`, `stride` apart, in the output itself. */
interface Block {
  readonly output: Float32Array;
  readonly first: number;
  readonly stride: number;
  readonly width: number;
  readonly rows: number;
}

/** Weighs a tile's output in place. */
function weigh(output: Float32Array, row: Span, column: Span, scale: number, channels: number): Block {
  const y = weightsOf(row, scale), x = weightsOf(column, scale);
  const stride = (column.end - column.start) * scale * channels;
  const first = (row.rise[0] - row.start) * scale * stride + (column.rise[0] - column.start) * scale * channels;
  for (let r = 0; r < y.length; r++) {
    for (let q = 0, i = first + r * stride; q < x.length; q++) {
      const weight = y[r]! * x[q]!;
      for (let c = 0; c < channels; c++) output[i++]! *= weight;
    }
  }
  return { output, first, stride, width: x.length * channels, rows: y.length };
}

/** Adds compact rows of `width` values to rows that are `stride` apart. */
function addRows(to: Float32Array, first: number, stride: number, from: Float32Array, width: number): void {
  for (let i = 0; i < from.length; i++) to[first + Math.floor(i / width) * stride + i % width]! += from[i]!;
}

/** A compact copy of `rows` rows of `width` values, `stride` apart from `first`. */
function cut(
  from: Float32Array,
  first: number,
  stride: number,
  width: number,
  rows: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) out.set(from.subarray(first + r * stride, first + r * stride + width), r * width);
  return out;
}

/** What earlier tiles leave for later ones. */
interface Fades {
  /** Of the tile to the left: [rows of the block, fade], compact. */
  left: Float32Array;
  /** Of the row of tiles above: [fade, width of the result]. */
  above: Float32Array;
}

/** Adds the fades of earlier tiles to a block, keeps those for later ones, and copies out what is finished. */
function settle(block: Block, fades: Fades, row: Span, column: Span, scale: number, channels: number, width: number) {
  const { output, first, stride } = block;
  const kept = (column.fall[0] - column.rise[0]) * scale * channels, settled = (row.fall[0] - row.rise[0]) * scale;
  addRows(output, first, stride, fades.left, (column.rise[1] - column.rise[0]) * scale * channels);
  fades.left = cut(output, first + kept, stride, block.width - kept, block.rows);

  const x = column.rise[0] * scale * channels;
  const values = cut(output, first, stride, kept, settled);
  for (let r = 0; r < (row.rise[1] - row.rise[0]) * scale; r++) {
    for (let i = 0; i < kept; i++) values[r * kept + i]! += fades.above[r * width + x + i]!;
  }
  for (let r = settled; r < block.rows; r++) {
    const from = first + r * stride;
    fades.above.set(output.subarray(from, from + kept), (r - settled) * width + x);
  }
  return values;
}

/** A waiting tile lets other runs go first, as a restoration has many of them. */
const BEHIND = -1;

/**
 * Milliseconds that all tiles will take, by the speed of the device so far, which is undefined before its first run, or by
 * the given one.
 */
export function predictTiles(model: Model, tiling: Tiling, speed?: number): number | undefined {
  const times = new Map<string, number | undefined>();
  let sum: number | undefined = 0;
  for (const row of tiling.rows) {
    for (const column of tiling.columns) {
      const shape = [1, row.end - row.start, column.end - column.start, model.channels], key = shape.join();
      if (!times.has(key)) {
        times.set(key, predictMilliseconds(model.device, (ops) => model.forward(ops, ops.empty(shape)), speed));
      }
      const time = times.get(key);
      sum = sum === undefined || time === undefined ? undefined : sum + time;
    }
  }
  return sum;
}

/** Runs the tiles of an image, row by row; the finished areas together are the result. */
export async function* runTiles(
  model: Model,
  pixels: Pixels,
  tiling: Tiling,
  { signal, choices, onFraction, alpha }: TilesOptions = {},
): AsyncGenerator<Finished, void> {
  const { scale } = model, total = seenPixels(tiling) * (alpha ? 2 : 1);
  const fades: Fades = { left: new Float32Array(), above: new Float32Array() };
  let done = 0;
  for (const row of tiling.rows) {
    fades.left = new Float32Array();
    for (const column of tiling.columns) {
      const width = column.end - column.start, height = row.end - row.start;
      const seen = { x: column.start, y: row.start, width, height };
      const net = async (source: Pixels): Promise<Float32Array> => {
        const input = sampleArea(source, seen, model.channels);
        const output = source === alpha && isFlat(input) ? input.subarray(0, 1) : await runModel(
          model.device,
          (ops) => model.forward(ops, ops.input(input, [1, height, width, model.channels]), undefined, choices),
          {
            signal,
            priority: BEHIND,
            like: choices ? undefined : { model, key: `${[height, width]}` },
            onProgress: ({ fraction }) => onFraction?.((done + fraction * width * height) / total),
          },
        );
        done += width * height;
        return output;
      };
      let output = await net(pixels);
      if (alpha) {
        const plane = await net(alpha);
        output = withAlpha(
          output,
          output.length / (width * height * scale ** 2),
          plane.length === 1 ? plane[0]! : plane,
        );
      }
      const channels = output.length / (width * height * scale ** 2), line = pixels.width * scale * channels;
      if (fades.above.length === 0) fades.above = new Float32Array((row.fall[1] - row.fall[0]) * scale * line);
      const values = settle(weigh(output, row, column, scale, channels), fades, row, column, scale, channels, line);
      const area = {
        x: column.rise[0] * scale,
        y: row.rise[0] * scale,
        width: (column.fall[0] - column.rise[0]) * scale,
        height: (row.fall[0] - row.rise[0]) * scale,
      };
      yield { area, values };
    }
  }
}
