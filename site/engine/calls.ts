/**
 * Everything that the engine does beside opening its device; fetched when first asked for.
 *
 * @module
 */
import type { CallName, EngineCalls } from "../protocol.ts";
import { inspect, tensorStats } from "./cards.ts";
import { classifyPhoto, occludePhoto } from "./classify_photo.ts";
import { lookInside, reachOf } from "./look_inside.ts";
import { keepModels, type Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { addPhoto, pixelBytes, removePhoto } from "./photos.ts";
import { removeResult, resultBytes } from "./results.ts";
import { pause, previewPhoto, restorePhoto, showResult } from "./restore_photo.ts";
import { encodeResult, zipResults } from "./save_results.ts";
import { forgetSession, keepSession, readSession } from "./session.ts";
import { forget, keep, kept, leaveFolder, piecesOf } from "./storage.ts";
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
    return { weights, peak, reserved, pixels: pixelBytes() + resultBytes() };
  },
  addPhoto: async ({ photo, blob }) => {
    const file = blob ?? await kept(photoFile(photo));
    const report = await addPhoto(photo, file!);
    if (blob) await keep(photoFile(photo), piecesOf(blob));
    return report;
  },
  removePhoto: async ({ photo }) => {
    removePhoto(photo);
    await forget(photoFile(photo));
    return undefined;
  },
  inspect: async ({ blobs, name, id }) => {
    const [file] = blobs.length > 0 ? blobs : [await kept(modelFile(id))];
    const report = await inspect(blobs.length > 0 ? blobs : [file!], name, id);
    if (report.model && blobs.length === 1 && file!.size <= MOST_KEPT) await keep(modelFile(id), piecesOf(file!));
    return report;
  },
  tensor: ({ card, tensor }) => tensorStats(card, tensor),
  loadModel: async ({ model }, watch) => (await modelOf(model, watch)).report,
  keepModels: (_, watch) => keepModels(watch).then(() => undefined),
  classify: ({ photo, model }, watch) => classifyPhoto(photo, model, watch),
  occlude: ({ photo, model, classes }, watch) => occludePhoto(photo, model, classes, watch),
  inside: ({ photo, model }, watch) => lookInside(photo, model, watch),
  reach: ({ photo, model, scan, place }, watch) => reachOf(photo, model, scan, place, watch),
  restore: ({ photo, model, result }, watch) => restorePhoto(photo, model, result, watch),
  preview: ({ photo, model, region }, watch) => previewPhoto(photo, model, region, watch),
  pause: ({ paused }) => Promise.resolve(void pause(paused)),
  show: ({ photo, result }, watch) => showResult(photo, result, watch).then(() => undefined),
  removeResult: ({ result }) => removeResult(result).then(() => undefined),
  encode: ({ photo, result, ...options }) => encodeResult(photo, result, options),
  zip: ({ items, ...options }, watch) => zipResults(items, options, watch),
  session: () => readSession(),
  keepSession: ({ text }) => keepSession(text),
  leaveSession: () => Promise.resolve(void leaveFolder()),
  forgetSession: () => forgetSession().then(() => undefined),
};

/** Largest checkpoint that is kept for the next visit, in bytes. */
const MOST_KEPT = 200e6;
const photoFile = (photo: number): string => `photo-${photo}`;
const modelFile = (id: string): string => `model-${encodeURIComponent(id)}`;
