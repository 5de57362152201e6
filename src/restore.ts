/**
 * Restores images: larger, without noise, without JPEG artefacts. Any size works: what does not fit the memory budget is
 * done in tiles that fade into each other.
 *
 * @module
 */
import { defaultModel, type DefaultModelOptions } from "./default_model.ts";
import type { Device } from "./device.ts";
import type { ImageInput } from "./image/pixels.ts";
import { loadModel, type LoadOptions, type Model, type ModelSource } from "./load_model.ts";
import type { Restored, RestoreOptions, RestoreTask } from "./restore/options.ts";
import { notLarger, type RestoreNets, type Restorer, restoreWith } from "./restore/restore_with.ts";
import { passesFor } from "./restore/size.ts";

export type {
  Restored,
  RestoredRows,
  RestoredTile,
  RestoreOptions,
  RestoreTask,
  RestoreTimings,
} from "./restore/options.ts";
export { type RestoreNets, type Restorer, restoreRows, restoreTiles } from "./restore/restore_with.ts";
export type { TileMode } from "./restore/plan_tiles.ts";
export type { Size, SizeWish } from "./restore/size.ts";

/** Options of the one-shot form: which model, and how it is loaded. */
export interface OneShotRestoreOptions extends RestoreOptions, LoadOptions {
  /** The checkpoint; the built-in nets by default: the smallest that reach the size, or one for noise. */
  readonly model?: ModelSource;
}

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
  if (task !== "upscale" && task !== "denoise") {
    throw new RangeError(`Cannot restore as task must be upscale, denoise or dejpeg: current value is ${task}`);
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
    found.catch(() => loaded.delete(scale)); // the next one tries anew
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
  return await restoreWith(target, image, options);
}
