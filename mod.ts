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
 * @module
 */
export type { ByteSource } from "./src/bytes/byte_source.ts";
export type { LongStep, Progress } from "./src/bytes/long_step.ts";
export type { Checkpoint, Entry } from "./src/checkpoint/checkpoint.ts";
export type { CheckpointLimits } from "./src/checkpoint/limits.ts";
export {
  bind,
  type BindOptions,
  type Bound,
  type BoundWeights,
  type Leaf,
  type Parts,
  type Spec,
  specKeys,
  type Weight,
} from "./src/checkpoint/weights.ts";
export { convertCheckpoint, type ConvertOptions } from "./src/checkpoint/convert.ts";
export { type Dtype, DTYPE_BYTES } from "./src/checkpoint/dtype.ts";
export { RELEASED, type Released } from "./src/checkpoint/released.ts";
export type { SourceInput } from "./src/bytes/source.ts";
export * from "./src/classify.ts";
export { defaultModel, type DefaultModelOptions, type DefaultTask } from "./src/default_model.ts";
export * from "./src/device.ts";
export type { Plan } from "./src/run/dry_device.ts";
export type { CodecModules, CodecName } from "./src/image/codecs.ts";
export type { Pixels8 } from "./src/image/colour.ts";
export * from "./src/image/animation.ts";
export type { Attached, AttachedText, ColourCoding, Density, Strip } from "./src/image/attached.ts";
export * from "./src/image/decode.ts";
export { convertToSrgb, type SrgbOptions } from "./src/image/srgb.ts";
export { type AdapterDescription, describeAdapter, findAdapter } from "./src/gpu/adapter.ts";
export * from "./src/forecast.ts";
export * from "./src/fuse.ts";
export * from "./src/generate.ts";
export { encodeImage, type EncodeOptions } from "./src/image/encode.ts";
export { toBlob, toImageData } from "./src/image/outputs.ts";
export { type MetricOptions, psnr, ssim } from "./src/image/metrics.ts";
export * from "./src/image/pixels.ts";
export { type PngEncoder, pngEncoder } from "./src/image/png_encode.ts";
export { reachInto, scanAttention, stateDecay, walkOf } from "./src/inside/effective_attention.ts";
export { type ScanRecord, type ScanWatch, watchScans } from "./src/inside/watch_scans.ts";
export { resizeBicubic, resizeLanczos } from "./src/image/resize.ts";
export { IMAGENET_EVALUATION, type Preprocessing } from "./src/image/preprocess.ts";
export * from "./src/kernels.ts";
export {
  type LanguageCache,
  type LanguageModel,
  loadLanguageModel,
  type SavedCache,
  type TokenIds,
} from "./src/language_model.ts";
export {
  type InputSize,
  loadModel,
  type LoadOptions,
  type Model,
  type ModelInfo,
  type ModelSource,
  openModelSource,
  type PublishedFacts,
} from "./src/load_model.ts";
export * from "./src/models/blocks/block.ts";
export * from "./src/models/blocks/create_vss_block.ts";
export { DVMSR_VARIANTS, type DvmsrOptions } from "./src/models/dvmsr/options.ts";
export type { Choices, OptionSource, Task } from "./src/models/family.ts";
export type { BimambaType, MixerConfig } from "./src/models/blocks/mamba.ts";
export {
  MAMBA_LM_VARIANTS,
  type MambaLmConfig,
  mambaLmConfig,
  type MambaLmOptions,
  type MambaLmVariant,
} from "./src/models/mamba_lm/options.ts";
export type { LayerState, TokenPass as MambaLmPass } from "./src/models/takes.ts";
export { MAMBAIR_VARIANTS, type MambaIROptions, type MambaIRVariant } from "./src/models/mambair/options.ts";
export { MAMBAIR_UNET_VARIANTS, type MambaIRUNetOptions } from "./src/models/mambair_unet/options.ts";
export {
  type ClassToken,
  classTokens,
  type Grid,
  type PosEmbedResize,
  type SsmOptions,
  VIM_OPTION_NAMES,
  VIM_VARIANTS,
  type VimConfig,
  vimConfig,
  type VimOptions,
  type VimVariant,
} from "./src/models/vim/options.ts";
export type { VssBlockOptions } from "./src/models/blocks/vss_block.ts";
export { MAMBAIRV2_VARIANTS, type MambaIRv2Options, type MambaIRv2Variant } from "./src/models/mambairv2/options.ts";
export { MAMBAOUT_VARIANTS, type MambaOutOptions, type MambaOutVariant } from "./src/models/mambaout/options.ts";
export { VMAMBA_VARIANTS, type VMambaOptions, type VMambaVariant } from "./src/models/vmamba/options.ts";
export * from "./src/features.ts";
export * from "./src/open_device.ts";
export * from "./src/ops/ops.ts";
export { openReference, type ReferenceOptions } from "./src/reference/device.ts";
export * from "./src/restore.ts";
export { type Overall, type OverallProgress, watchBatch } from "./src/restore/overall.ts";
export * from "./src/restore_frames.ts";
export * from "./src/run/run_model.ts";
export * from "./src/tensor.ts";
export {
  type BuiltIn,
  createWorkerEngine,
  type HandOver,
  type LanguageFacts,
  type ModelFacts,
  type WorkerEngine,
  type WorkerEngineOptions,
  type WorkerLanguageModel,
  type WorkerModel,
  type WorkerNets,
  type WorkerRestorer,
  type WorkerWish,
} from "./src/worker/engine.ts";
export { openWasm, type WasmOptions } from "./src/wasm/device.ts";
export type { Variant } from "./src/wasm/load.ts";
