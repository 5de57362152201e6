/**
 * Restores images: larger, without noise, without JPEG artefacts. Any size works: what does not fit the memory budget is
 * done in tiles that fade into each other.
 *
 * @module
 */
import { defaultModel, type DefaultModelOptions } from "./default_model.ts";
import type { Device } from "./device.ts";
import { inTurns } from "./bytes/turns.ts";
import { bleedColours } from "./image/bleed.ts";
import { toDepth } from "./image/colour.ts";
import type { ImageInput, Pixels } from "./image/pixels.ts";
import { loadModel, type LoadOptions, type Model, type ModelSource } from "./load_model.ts";
import { progressOf } from "./progress.ts";
import { type Job, type Nets, type Part, prepare, runPass } from "./restore/job.ts";
import type { Restored, RestoredRows, RestoredTile, RestoreOptions, RestoreTask } from "./restore/options.ts";
import { openPace } from "./restore/pace.ts";
import { predictTiles } from "./restore/run_tiles.ts";
import { bandsOf, place, reduced, samplesOf } from "./restore/rows.ts";
import { passesFor } from "./restore/size.ts";
import { seenPixels } from "./restore/tiling.ts";

export type {
  Restored,
  RestoredRows,
  RestoredTile,
  RestoreOptions,
  RestoreTask,
  RestoreTimings,
} from "./restore/options.ts";
export type { TileMode } from "./restore/plan_tiles.ts";
export type { Size, SizeWish } from "./restore/size.ts";

/** Options of the one-shot form: which model, and how it is loaded. */
export interface OneShotRestoreOptions extends RestoreOptions, LoadOptions {
  /** The checkpoint; the built-in nets by default: the smallest that reach the size, or one for noise. */
  readonly model?: ModelSource;
}

/** What restores: a model, or the nets that reach a growth, as {@linkcode openNets} gives them. */
export type Restorer = Model | RestoreNets;

/** The built-in nets of a device, each loaded when it is first needed. */
export interface RestoreNets {
  /** The nets for a growth, one after the other; undefined: no size is asked for. */
  readonly reach: (growth: number | undefined) => Promise<readonly Model[]>;
  /** Frees them. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The error for a net that makes nothing larger. */
const notLarger = (growth: number): RangeError =>
  new RangeError(
    `Cannot restore as a model of scale 1 must not be asked for a larger image: current growth is ${growth.toFixed(2)}`,
  );

/** Growth where no size is asked for. */
const USUAL_SCALE = 2;
const BUILT_IN_SCALES = [2, 3, 4];

/**
 * Opens the built-in nets of a task; what they are for is chosen by size, image by image: ×2, ×3 and ×4, and several passes
 * beyond.
 *
 * @throws {RangeError} When there is no built-in net for the task.
 *
 * @example
 * ```ts
 * import { openDevice, restore } from "@sidewinder/sidewinder";
 * import { openNets } from "@sidewinder/sidewinder/kernels";
 *
 * await using device = await openDevice();
 * await using nets = openNets(device);
 * const photo = { data: new Uint8Array(24 * 16 * 3), width: 24, height: 16, channels: 3 } as const;
 * const { width, height } = await restore(nets, photo, { scale: 1.5 });
 * console.log(width, height); // 36 24
 * ```
 */
export function openNets(
  device: Device,
  task: RestoreTask = "upscale",
  options: LoadOptions = {},
): RestoreNets {
  if (task === "dejpeg") {
    throw new RangeError("Cannot dejpeg as a model must be given for it: there is no built-in one");
  }
  const loaded = new Map<number, Promise<Model>>();
  const net = (scale: number): Promise<Model> => {
    const found = loaded.get(scale) ?? (async () =>
      await loadModel(
        device,
        await (task === "denoise"
          ? defaultModel("denoise")
          : defaultModel("upscale", { scale } as DefaultModelOptions)),
        options,
      ))();
    loaded.set(scale, found);
    return found;
  };
  return {
    async reach(growth) {
      if (task === "upscale") return await Promise.all(passesFor(growth ?? USUAL_SCALE, BUILT_IN_SCALES).map(net));
      if (growth !== undefined && growth > 1) throw notLarger(growth);
      return [await net(1)];
    },
    async [Symbol.asyncDispose]() {
      for (const model of loaded.values()) (await model.catch(() => undefined))?.close();
    },
  };
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

/** The nets of a restorer for a growth. */
function netsOf(restorer: Restorer, { task }: RestoreOptions): Nets {
  if ("reach" in restorer) return (growth) => restorer.reach(growth);
  checkModel(restorer, task);
  const { scale } = restorer;
  return (growth) => {
    if (growth === undefined) return [restorer];
    if (scale > 1) return passesFor(growth, [scale]).map(() => restorer);
    if (growth <= 1) return [restorer];
    throw notLarger(growth);
  };
}

/** Work of a job with its progress, in megapixels of the result. */
function watch({ passes, tiles, target }: Job, options: RestoreOptions) {
  const { onProgress } = options;
  const total = passes.reduce((sum, { work }) => sum + work, 0), megapixels = target.width * target.height / 1e6;
  const pace = openPace();
  let done = 0, finished = 0;
  const say = (fraction: number) =>
    onProgress?.({ ...progressOf("restore", finished, tiles, fraction), ...pace(fraction, megapixels) });
  return {
    /** Watches a pass from its parts. */
    async *pass(job: Job, i: number, pixels: Pixels): AsyncGenerator<Part, void> {
      const pass = passes[i]!;
      for await (
        const part of runPass(pass, pixels, job, options, (f) => say(Math.min(1, (done + f * pass.work) / total)))
      ) {
        finished++;
        if (finished === tiles) say(1);
        yield part;
      }
      done += pass.work;
    },
    /** Nothing was to be run. */
    nothing: () => say(1),
  };
}

/** The parts of the last pass; those before are run as wholes. Without any the image itself is the part. */
async function* lastParts(job: Job, options: RestoreOptions): AsyncGenerator<Part, void> {
  const { passes, depth } = job, watched = watch(job, options);
  let pixels = job.pixels;
  for (let i = 0; i + 1 < passes.length; i++) {
    const { size: { width, height } } = passes[i]!, data = samplesOf(width * height * pixels.channels, depth);
    for await (const { area, pixels: part } of watched.pass(job, i, pixels)) {
      place(data, width, part, area.x, area.y);
    }
    pixels = await inTurns(bleedColours({ ...pixels, data, width, height }), options.signal);
  }
  if (passes.length > 0) return yield* watched.pass(job, passes.length - 1, pixels);
  watched.nothing();
  yield { area: { x: 0, y: 0, width: pixels.width, height: pixels.height }, pixels: toDepth(pixels, depth) };
}

/** Facts of the result. */
const resultOf = ({ pixels: { channels, attached }, target, depth }: Job) => (
  { ...target, channels, depth, ...(attached && { attached }) }
);

const isReduced = ({ made, target }: Job): boolean => made.width !== target.width || made.height !== target.height;

/** Bands of the result. */
function bands(job: Job, options: RestoreOptions): AsyncIterable<Pixels> {
  const { made, target, depth } = job, parts = bandsOf(lastParts(job, options), made.width, depth);
  return isReduced(job) ? reduced(parts, made, target) : parts;
}

/** The device that runs a job. */
const deviceOf = (restorer: Restorer, job: Job): string =>
  job.passes[0]?.model.device.name ?? ("device" in restorer ? restorer.device.name : "none");

/**
 * Restores an image.
 *
 * The first form runs a loaded model, or the built-in nets; the second loads one, runs it and closes it. Colour, grey,
 * alpha, depth, profile and metadata are kept: grey goes through a colour model as its three channels, colour through a
 * one-channel model by its luma, alpha through the model where it has edges.
 *
 * @throws {SyntaxError} When the bytes are not an image that can be read.
 * @throws {TypeError} When the model is not one for restoration, or not for the task.
 * @throws {RangeError} When the image is empty or larger than `maxPixels`, does not fit `memory`, or the size asked for
 * makes no sense.
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
export async function restore(model: Restorer, image: ImageInput, options?: RestoreOptions): Promise<Restored>;
/** The one-shot form. */
export async function restore(device: Device, image: ImageInput, options?: OneShotRestoreOptions): Promise<Restored>;
export async function restore(
  target: Restorer | Device,
  image: ImageInput,
  options: RestoreOptions | OneShotRestoreOptions = {},
): Promise<Restored> {
  if (!("info" in target) && !("reach" in target)) {
    const { model: source, ...load } = options as OneShotRestoreOptions;
    if (source === undefined) {
      await using nets = openNets(target, options.task, load);
      return await restore(nets, image, options);
    }
    await using model = await loadModel(target, source, load);
    return await restore(model, image, options);
  }
  const job = await prepare(netsOf(target, options), image, options, true), start = performance.now();
  const { depth, ...facts } = resultOf(job), { width, height, channels } = facts;
  const data = samplesOf(width * height * channels, depth);
  if (isReduced(job)) {
    let y = 0;
    for await (const band of bands(job, options)) {
      place(data, width, band, 0, y);
      y += band.height;
    }
  } else {
    for await (const { area, pixels } of lastParts(job, options)) place(data, width, pixels, area.x, area.y);
  }
  const timings = { decode: job.decode, run: performance.now() - start };
  return { data, ...facts, device: deviceOf(target, job), tiles: job.tiles, timings };
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
  model: Restorer,
  image: ImageInput,
  options: RestoreOptions = {},
): AsyncGenerator<RestoredTile, void> {
  const job = await prepare(netsOf(model, options), image, options, true), facts = resultOf(job);
  let index = 0, y = 0;
  if (isReduced(job)) {
    for await (const pixels of bands(job, options)) {
      yield { x: 0, y, pixels, index: index++, tiles: job.tiles, image: facts };
      y += pixels.height;
    }
    return;
  }
  for await (const { area, pixels } of lastParts(job, options)) {
    yield { x: area.x, y: area.y, pixels, index: index++, tiles: job.tiles, image: facts };
  }
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
 * const { width, height, channels, depth, rows } = await restoreRows(model, "photo.png", { memory: 400 });
 * const encoder = pngEncoder(width, height, channels, depth);
 * for await (const band of rows) await file.write(await encoder.writeRows(band.data));
 * ```
 */
export async function restoreRows(
  model: Restorer,
  image: ImageInput,
  options: RestoreOptions = {},
): Promise<RestoredRows> {
  const job = await prepare(netsOf(model, options), image, options, false);
  const predict = (speed?: number): number | undefined =>
    job.passes.reduce<number | undefined>((sum, { model, tiling, work }) => {
      const once = predictTiles(model, tiling, speed);
      return sum === undefined || once === undefined ? undefined : sum + once * work / seenPixels(tiling);
    }, 0);
  return { ...resultOf(job), device: deviceOf(model, job), tiles: job.tiles, rows: bands(job, options), predict };
}
