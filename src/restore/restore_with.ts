/**
 * Restores with nets that are loaded: as a whole, by tiles, by rows. Apart from the built-in nets, so that who brings models of
 * one's own takes none of those along.
 *
 * @module
 */
import { bleedColours } from "../image/bleed.ts";
import { byRows, toDepth } from "../image/colour.ts";
import type { ImageInput, Pixels } from "../image/pixels.ts";
import type { Model } from "../load_model.ts";
import { progressOf } from "../progress.ts";
import { inTurns } from "../bytes/turns.ts";
import { type Job, type Nets, type Part, prepare, runPass } from "./job.ts";
import type { Restored, RestoredRows, RestoredTile, RestoreOptions, RestoreTask } from "./options.ts";
import { openPace } from "./pace.ts";
import { bandsOf, place, reduced, samplesOf } from "./rows.ts";
import { predictTiles } from "./run_tiles.ts";
import { passesFor } from "./size.ts";
import { seenPixels } from "./tiling.ts";

/** What restores: a model, or the nets that reach a growth, as `openNets()` gives them. */
export type Restorer = Model | RestoreNets;

/** The built-in nets of a device, each loaded when it is first needed. */
export interface RestoreNets {
  /** The nets for a growth, one after the other; undefined: no size is asked for. */
  readonly reach: (growth: number | undefined) => Promise<readonly Model[]>;
  /** Frees them. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The error for a net that makes nothing larger. */
export const notLarger = (growth: number): RangeError =>
  new RangeError(
    `Cannot restore as a model of scale 1 must not be asked for a larger image: current growth is ${growth.toFixed(2)}`,
  );

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

/**
 * The nets of a restorer for a growth.
 *
 * @throws {TypeError} When it is a model that does not restore, or not what `task` says.
 */
export function netsOf(restorer: Restorer, { task }: RestoreOptions): Nets {
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
  const area = { x: 0, y: 0, width: pixels.width, height: pixels.height };
  yield { area, pixels: await inTurns(byRows(pixels, (rows) => toDepth(rows, depth)), options.signal) };
}

/** Facts of the result. */
const resultOf = ({ pixels: { channels, attached }, target, depth }: Job) => (
  { ...target, channels, depth, ...(attached && { attached }) }
);

const isReduced = ({ made, target }: Job): boolean => made.width !== target.width || made.height !== target.height;

/** Bands of the result. */
function bands(job: Job, options: RestoreOptions): AsyncIterable<Pixels> {
  const { made, target, depth } = job, parts = bandsOf(lastParts(job, options), made.width, depth);
  return isReduced(job) ? reduced(parts, made, target, options.signal) : parts;
}

/** The device that runs a job. */
const deviceOf = (restorer: Restorer, job: Job): string =>
  job.passes[0]?.model.device.name ?? ("device" in restorer ? restorer.device.name : "none");

/** Restores an image as a whole: the first form of `restore()`. */
export async function restoreWith(
  target: Restorer,
  image: ImageInput,
  options: RestoreOptions = {},
): Promise<Restored> {
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
 * @throws {SyntaxError} As `restore()`.
 * @throws {TypeError} As `restore()`.
 * @throws {RangeError} As `restore()`.
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
 * @throws {SyntaxError} As `restore()`.
 * @throws {TypeError} As `restore()`.
 * @throws {RangeError} As `restore()`.
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
