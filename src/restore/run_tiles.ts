/**
 * Runs a model over tiles and fades them into each other. Only a tile and the two fades it shares with later tiles are
 * held, so that memory does not grow with the image; finished areas come out row of tiles by row of tiles.
 *
 * @module
 */
import type { Model } from "../load_model.ts";
import type { Pixels } from "../image/pixels.ts";
import { runModel } from "../run_model.ts";
import { type Area, sampleArea } from "./samples.ts";
import { seenPixels, type Span, type Tiling } from "./tiling.ts";

/** An area of the result that no later tile changes. */
export interface Finished {
  /** In output pixels. */
  readonly area: Area;
  /** [height, width, channels of the model's output], not clamped. */
  readonly values: Float32Array;
}

/** How {@linkcode runTiles} is watched and stopped. */
export interface TilesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Share of the work that is done, from 0 to 1. */
  readonly onFraction?: ((fraction: number) => void) | undefined;
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

/** A tile's output, cut to where it counts and weighted: [rows, columns, channels]. */
function weigh(output: Float32Array, row: Span, column: Span, scale: number, channels: number): Float32Array {
  const y = weightsOf(row, scale), x = weightsOf(column, scale);
  const stride = (column.end - column.start) * scale * channels;
  const first = (row.rise[0] - row.start) * scale * stride + (column.rise[0] - column.start) * scale * channels;
  const block = new Float32Array(y.length * x.length * channels);
  for (let r = 0, o = 0; r < y.length; r++) {
    for (let q = 0, i = first + r * stride; q < x.length; q++) {
      const weight = y[r]! * x[q]!;
      for (let c = 0; c < channels; c++) block[o++] = weight * output[i++]!;
    }
  }
  return block;
}

/** Runs the tiles of an image, row by row; the finished areas together are the result. */
export async function* runTiles(
  model: Model,
  pixels: Pixels,
  tiling: Tiling,
  { signal, onFraction }: TilesOptions = {},
): AsyncGenerator<Finished, void> {
  const { scale } = model, outputWidth = pixels.width * scale, total = seenPixels(tiling);
  let channels = 0, done = 0;
  let above = new Float32Array(); // what the row of tiles above leaves in its fade: [fade, output width, channels]
  for (const row of tiling.rows) {
    let left = new Float32Array(); // what the tile before leaves in its fade: [rows, fade, channels]
    for (const column of tiling.columns) {
      const width = column.end - column.start, height = row.end - row.start;
      const output = await runModel(
        model.device,
        (ops) => {
          const input = sampleArea(pixels, { x: column.start, y: row.start, width, height }, model.channels);
          return model.forward(ops, ops.input(input, [1, height, width, model.channels]));
        },
        { signal, onProgress: ({ fraction }) => onFraction?.((done + fraction * width * height) / total) },
      );
      done += width * height;
      channels = output.length / (width * height * scale ** 2);

      const block = weigh(output, row, column, scale, channels);
      const columns = (column.fall[1] - column.rise[0]) * scale, rows = (row.fall[1] - row.rise[0]) * scale;
      const kept = (column.fall[0] - column.rise[0]) * scale, settled = (row.fall[0] - row.rise[0]) * scale;
      addRows(block, columns * channels, left, (column.rise[1] - column.rise[0]) * scale * channels, rows);
      left = cut(block, columns * channels, kept * channels, (columns - kept) * channels, rows);

      const x = column.rise[0] * scale, y = row.rise[0] * scale, stride = outputWidth * channels;
      if (above.length === 0) above = new Float32Array((row.fall[1] - row.fall[0]) * scale * stride);
      const areaRows = (first: number, count: number) =>
        cut(block.subarray(first * columns * channels), columns * channels, 0, kept * channels, count);
      const values = areaRows(0, settled), fade = areaRows(settled, rows - settled);
      const faded = (row.rise[1] - row.rise[0]) * scale;
      for (let r = 0; r < faded; r++) {
        for (let i = 0; i < kept * channels; i++) {
          values[r * kept * channels + i]! += above[r * stride + x * channels + i]!;
        }
      }
      for (let r = 0; r < rows - settled; r++) {
        above.set(fade.subarray(r * kept * channels, (r + 1) * kept * channels), r * stride + x * channels);
      }
      yield { area: { x, y, width: kept, height: settled }, values };
    }
  }
}

/** Adds rows of `width` values to the beginnings of rows that are `stride` apart. */
function addRows(to: Float32Array, stride: number, from: Float32Array, width: number, rows: number): void {
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) to[r * stride + i]! += from[r * width + i]!;
  }
}

/** Columns `[first, first + width)` of rows that are `stride` apart. */
function cut(
  from: Float32Array,
  stride: number,
  first: number,
  width: number,
  rows: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) out.set(from.subarray(r * stride + first, r * stride + first + width), r * width);
  return out;
}
