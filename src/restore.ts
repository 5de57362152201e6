/**
 * Restores images: larger, without noise, without JPEG artefacts. Any size works: what does not fit the memory budget is
 * done in tiles that fade into each other.
 *
 * @module
 */
import type { Device } from "./device.ts";
import { bleedColours } from "./image/bleed.ts";
import type { Pixels8 } from "./image/colour.ts";
import { decodeImage } from "./image/decode.ts";
import { type Channels, type ImageInput, isPixelSource, MAX_PIXELS, type Pixels } from "./image/pixels.ts";
import { loadModel, type LoadOptions, type Model, type ModelSource } from "./load_model.ts";
import type { Choices } from "./models/family.ts";
import { planTiles, type TileMode } from "./restore/plan_tiles.ts";
import { predictTiles, runTiles } from "./restore/run_tiles.ts";
import { openPainter, type Painter } from "./restore/samples.ts";
import type { Tiling } from "./restore/tiling.ts";

export type { TileMode } from "./restore/plan_tiles.ts";

/** What is to be done: `upscale` needs a model with a scale above 1, the others one with scale 1. */
export type RestoreTask = "upscale" | "denoise" | "dejpeg";

/** How far a restoration is. */
export interface RestoreProgress {
  /** Share of the work that is done, from 0 to 1. */
  readonly fraction: number;
  /** Tiles that are finished. */
  readonly finished: number;
  /** Tiles altogether. */
  readonly tiles: number;
}

/** How an image is restored. */
export interface RestoreOptions {
  /** Checked against the model. */
  readonly task?: RestoreTask;
  /** `blend` unless said. */
  readonly tile?: TileMode;
  /**
   * Megabytes (10⁶ bytes) the whole process may take: image, tiles and runtime. 440 unless said; `exact` and `official`
   * are limited only where it is said.
   */
  readonly memory?: number;
  /** Largest image accepted, in pixels; 100 megapixels unless said. */
  readonly maxPixels?: number;
  /** What a run is given beside the image, by name: MambaIRv2 takes `routing` (`gumbel`, `argmax`) and `seed`. */
  readonly choices?: Choices;
  /** Called at least every 100 ms of work, and at the end. */
  readonly onProgress?: ((progress: RestoreProgress) => void) | undefined;
  /** Stops within about 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds each phase took. */
export interface RestoreTimings {
  /** Bytes to pixels. */
  readonly decode: number;
  /** Pixels to pixels. */
  readonly run: number;
}

/** A restored image: pixels, 8 bits a sample, with the channels of the input. */
export interface Restored extends Pixels8 {
  /** Device that ran. */
  readonly device: string;
  /** Tiles that were run. */
  readonly tiles: number;
  /** Milliseconds per phase. */
  readonly timings: RestoreTimings;
}

/** A finished part of the result; all parts together are the image, without overlap. */
export interface RestoredTile {
  /** First column of the part, in pixels of the result. */
  readonly x: number;
  /** First row of the part. */
  readonly y: number;
  /** The pixels of the part. */
  readonly pixels: Pixels8;
  /** Number of this tile, from 0. */
  readonly index: number;
  /** Tiles altogether. */
  readonly tiles: number;
  /** Size of the whole result. */
  readonly image: { readonly width: number; readonly height: number; readonly channels: Channels };
}

/** A result that comes row by row. */
export interface RestoredRows {
  /** Columns of the result. */
  readonly width: number;
  /** Rows of the result. */
  readonly height: number;
  /** Samples per pixel. */
  readonly channels: Channels;
  /** Device that runs. */
  readonly device: string;
  /** Tiles altogether. */
  readonly tiles: number;
  /** Bands of finished rows from the top, each as wide as the result. It can be walked once. */
  readonly rows: AsyncIterable<Pixels8>;
  /**
   * Milliseconds that the rows will take, by the speed of earlier runs on the device; undefined before the first. With
   * `speed` that one is taken instead: 1 is a modest core.
   */
  predict(speed?: number): number | undefined;
}

/** Options of the one-shot form: which model, and how it is loaded. */
export interface OneShotRestoreOptions extends RestoreOptions, Omit<LoadOptions, "onProgress" | "signal"> {
  /** The checkpoint. */
  readonly model: ModelSource;
}

/** Bytes per pixel that a decoder leaves to the garbage collector: RGBA in its own memory, and a copy. */
const DECODER_BYTES = 8;

/** An image with all that was decided about it. */
interface Job {
  readonly pixels: Pixels;
  readonly painter: Painter;
  readonly tiling: Tiling;
  readonly tiles: number;
  readonly decode: number;
}

function checkModel(model: Model, task: RestoreTask | undefined): void {
  const { family, task: made } = model.info;
  if (made !== "restore") {
    throw new TypeError(
      `Cannot restore as the model must be one that restores images: current one is ${family}, which is for ${made}`,
    );
  }
  if (model.channels !== 1 && model.channels !== 3) {
    throw new TypeError(
      `Cannot restore as the model must take images of 1 or 3 channels: current ${family} takes ${model.channels}`,
    );
  }
  if (task === undefined) return;
  if (!["upscale", "denoise", "dejpeg"].includes(task)) {
    throw new RangeError(`Cannot restore as task must be "upscale", "denoise" or "dejpeg": current value is ${task}`);
  }
  if ((task === "upscale") !== model.scale > 1) {
    throw new TypeError(
      `Cannot ${task} as the model must have a scale ${
        task === "upscale" ? "above" : "of"
      } 1: current scale is ${model.scale}`,
    );
  }
}

/** Decodes the image and chooses the tiles. `whole`: the result is held as a whole. */
async function prepare(model: Model, image: ImageInput, options: RestoreOptions, whole: boolean): Promise<Job> {
  const { task, tile = "blend", memory, maxPixels = MAX_PIXELS, signal } = options;
  checkModel(model, task);
  if (memory !== undefined && !(memory > 0)) {
    throw new RangeError(`Cannot restore as memory must be a number of megabytes above 0: current value is ${memory}`);
  }
  if (typeof tile === "number" ? !(tile > 0) : !["blend", "exact", "official"].includes(tile)) {
    throw new RangeError(
      `Cannot restore as tile must be "blend", "exact", "official" or a number of pixels: current value is ${tile}`,
    );
  }
  const start = performance.now();
  const pixels = bleedColours(await decodeImage(image, { maxPixels, ...(signal ? { signal } : {}) }));
  const decode = performance.now() - start;
  const painter = openPainter(pixels, model.channels, model.scale);
  const { width, height } = pixels, row = width * model.scale * painter.channels;
  const tiling = planTiles(model, {
    width,
    height,
    mode: tile,
    memory: memory === undefined ? undefined : memory * 1e6,
    held: pixels.data.byteLength + painter.bytes + (whole ? row * height * model.scale : 0) +
      (isPixelSource(image) ? 0 : DECODER_BYTES * width * height),
    perRow: whole ? 0 : 4 * row,
  });
  return { pixels, painter, tiling, tiles: tiling.rows.length * tiling.columns.length, decode };
}

/** Runs the tiles of a job. */
async function* finishedTiles(model: Model, job: Job, options: RestoreOptions): AsyncGenerator<RestoredTile, void> {
  const { pixels, painter, tiling, tiles } = job, { channels } = painter;
  const image = { width: pixels.width * model.scale, height: pixels.height * model.scale, channels };
  const { signal, onProgress } = options;
  let index = 0;
  const onFraction = (fraction: number) => onProgress?.({ fraction, finished: index, tiles });
  for await (
    const { area, values } of runTiles(model, pixels, tiling, { signal, choices: options.choices, onFraction })
  ) {
    const part = { x: area.x, y: area.y, pixels: painter.paint(values, area), index, tiles, image };
    index++;
    if (index === tiles) onFraction(1);
    yield part;
  }
}

/** Copies the rows of a part into a picture of another width. */
function place(to: Uint8Array, width: number, part: Pixels8, x: number, y: number): void {
  const stride = part.width * part.channels;
  for (let row = 0; row < part.height; row++) {
    to.set(part.data.subarray(row * stride, (row + 1) * stride), ((y + row) * width + x) * part.channels);
  }
}

/**
 * Restores an image.
 *
 * The first form runs a loaded model; the second loads one, runs it and closes it. Colour, grey and alpha are kept:
 * grey goes through a colour model as its three channels, colour through a one-channel model by its luma, alpha is made
 * larger by bicubic.
 *
 * @throws {SyntaxError} When the bytes are not an image that can be read.
 * @throws {TypeError} When the model is not one for restoration, or not for the task.
 * @throws {RangeError} When the image is empty or larger than `maxPixels`, or does not fit `memory`.
 *
 * @example
 * ```ts
 * import { defaultModel, loadModel, openDevice, restore } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
 * const photo = { data: new Uint8Array(24 * 16 * 3), width: 24, height: 16, channels: 3 } as const; // or a path, Blob, bytes
 * const { width, height } = await restore(model, photo, { onProgress: ({ fraction }) => console.log(fraction) });
 * console.log(width, height); // 48 32
 * ```
 */
export async function restore(model: Model, image: ImageInput, options?: RestoreOptions): Promise<Restored>;
/** The one-shot form. */
export async function restore(device: Device, image: ImageInput, options: OneShotRestoreOptions): Promise<Restored>;
export async function restore(
  target: Model | Device,
  image: ImageInput,
  options: RestoreOptions | OneShotRestoreOptions = {},
): Promise<Restored> {
  if (!("info" in target)) {
    if (!("model" in options)) {
      throw new TypeError(
        "Cannot restore as options.model must name a checkpoint when a device is given: it is missing",
      );
    }
    const { onProgress: _, ...load } = options;
    await using model = await loadModel(target, options.model, load);
    return await restore(model, image, options);
  }
  const job = await prepare(target, image, options, true), start = performance.now();
  const { channels } = job.painter;
  const width = job.pixels.width * target.scale, height = job.pixels.height * target.scale;
  const data = new Uint8Array(width * height * channels);
  for await (const { x, y, pixels } of finishedTiles(target, job, options)) place(data, width, pixels, x, y);
  return {
    data,
    width,
    height,
    channels,
    device: target.device.name,
    tiles: job.tiles,
    timings: { decode: job.decode, run: performance.now() - start },
  };
}

/**
 * Restores an image and gives its parts as they are finished: rows of tiles from the top, each from the left.
 *
 * @throws {SyntaxError} As {@linkcode restore}.
 * @throws {TypeError} As {@linkcode restore}.
 * @throws {RangeError} As {@linkcode restore}.
 *
 * @example
 * ```ts ignore
 * for await (const { x, y, pixels } of restoreTiles(model, "photo.png")) draw(pixels, x, y);
 * ```
 */
export async function* restoreTiles(
  model: Model,
  image: ImageInput,
  options: RestoreOptions = {},
): AsyncGenerator<RestoredTile, void> {
  yield* finishedTiles(model, await prepare(model, image, options, true), options);
}

/**
 * Restores an image whose result is never held as a whole: bands of finished rows come from the top, to be encoded and
 * written one after the other.
 *
 * @throws {SyntaxError} As {@linkcode restore}.
 * @throws {TypeError} As {@linkcode restore}.
 * @throws {RangeError} As {@linkcode restore}.
 *
 * @example
 * ```ts ignore
 * const { width, height, channels, rows } = await restoreRows(model, "photo.png", { memory: 400 });
 * const encoder = pngEncoder(width, height, channels);
 * for await (const band of rows) await file.write(await encoder.writeRows(band.data));
 * ```
 */
export async function restoreRows(
  model: Model,
  image: ImageInput,
  options: RestoreOptions = {},
): Promise<RestoredRows> {
  const job = await prepare(model, image, options, false);
  const { channels } = job.painter;
  const width = job.pixels.width * model.scale, height = job.pixels.height * model.scale;
  async function* rows(): AsyncGenerator<Pixels8, void> {
    let band = new Uint8Array();
    for await (const { x, pixels } of finishedTiles(model, job, options)) {
      if (x === 0) band = new Uint8Array(pixels.height * width * channels);
      place(band, width, pixels, x, 0);
      if (x + pixels.width === width) yield { data: band, width, height: pixels.height, channels };
    }
  }
  const predict = (speed?: number) => predictTiles(model, job.tiling, speed);
  return { width, height, channels, device: model.device.name, tiles: job.tiles, rows: rows(), predict };
}
