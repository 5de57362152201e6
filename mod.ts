/**
 * Vision state-space models wherever JavaScript runs: official Vision Mamba and MambaIR checkpoints on WebAssembly SIMD and
 * WebGPU.
 *
 * @example
 * ```ts
 * import { classify, defaultModel, loadModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using vim = await loadModel(device, await defaultModel("classify"));
 * const { labels } = await classify(vim, "examples/photos/chelsea.png", { top: 3 });
 * console.log(labels);
 * ```
 *
 * What these names are made of, and whatever else the package has for those who build on it (devices one by one, ops, tensors,
 * every option type, the options of each family, metrics, what a scan attends to) is exported by
 * `@sidewinder/sidewinder/kernels`.
 *
 * @module
 */
export { convertCheckpoint } from "./src/checkpoint/convert.ts";
export { type Classification, classify, type ClassifyOptions, type Label } from "./src/classify.ts";
export { defaultModel } from "./src/default_model.ts";
export type { Device } from "./src/device.ts";
export { features } from "./src/features.ts";
export { forecast } from "./src/forecast.ts";
export { fuse } from "./src/fuse.ts";
export { generate, type GenerateOptions } from "./src/generate.ts";
export { decodeAnimation, encodeAnimation } from "./src/image/animation.ts";
export { decodeImage } from "./src/image/decode.ts";
export { encodeImage } from "./src/image/encode.ts";
export { toBlob, toImageData } from "./src/image/outputs.ts";
export type { ImageInput, Pixels } from "./src/image/pixels.ts";
export { type LanguageModel, loadLanguageModel } from "./src/language_model.ts";
export { loadModel, type LoadOptions, type Model, type ModelSource, openModelSource } from "./src/load_model.ts";
export { createBlock } from "./src/models/blocks/block.ts";
export { createVssBlock } from "./src/models/blocks/create_vss_block.ts";
export { openDevice, type OpenOptions } from "./src/open_device.ts";
export type { Progress } from "./src/progress.ts";
export { restore, restoreRows, restoreTiles } from "./src/restore.ts";
export type { Restored, RestoreOptions } from "./src/restore/options.ts";
export { watchBatch } from "./src/restore/overall.ts";
export { restoreAnimation } from "./src/restore_frames.ts";
export { createWorkerEngine, type WorkerEngine } from "./src/worker/engine.ts";
