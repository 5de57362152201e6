/**
 * Everything that the engine does beside opening its device; fetched when first asked for.
 *
 * @module
 */
import type { CallName, EngineCalls } from "../protocol.ts";
import { classifyPhoto, occludePhoto } from "./classify_photo.ts";
import { lookInside } from "./look_inside.ts";
import { keepModels, type Watch } from "./model_files.ts";
import { addModel, modelOf } from "./models.ts";
import { addPhoto, pixelBytes, removePhoto } from "./photos.ts";
import { encodeRestored, forgetRestored, restoredBytes, restorePhoto } from "./restore_photo.ts";
import { deviceMemory } from "./workbench.ts";

/** Answers a call. */
export type Call<C extends CallName> = (
  args: EngineCalls[C]["args"],
  watch: Watch,
) => Promise<EngineCalls[C]["result"]>;

/** The answers by name. */
export const calls: { readonly [C in Exclude<CallName, "open">]: Call<C> } = {
  memory: async () => {
    const { weights = 0, peak = 0, reserved = 0 } = await deviceMemory() ?? {};
    return { weights, peak, reserved, pixels: pixelBytes() + restoredBytes() };
  },
  addPhoto: ({ photo, blob }) => addPhoto(photo, blob),
  removePhoto: ({ photo }) => {
    removePhoto(photo);
    forgetRestored(photo);
    return Promise.resolve(undefined);
  },
  addModel: ({ blob, name }) => addModel(blob, name),
  loadModel: async ({ model }, watch) => (await modelOf(model, watch)).report,
  keepModels: (_, watch) => keepModels(watch).then(() => undefined),
  classify: ({ photo, model }, watch) => classifyPhoto(photo, model, watch),
  occlude: ({ photo, model, classes }, watch) => occludePhoto(photo, model, classes, watch),
  inside: ({ photo, model }, watch) => lookInside(photo, model, watch),
  restore: ({ photo, model }, watch) => restorePhoto(photo, model, watch),
  encode: ({ photo, format, quality }) => encodeRestored(photo, format, quality),
};
