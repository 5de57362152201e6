/**
 * What the public names are made of, for those who build on the parts: devices one by one, ops and tensors, the table of
 * kernels, weights bound by name, the options of each family, pictures beyond reading and writing, what a scan attends to. Most
 * programs need the main module alone.
 *
 * @example
 * ```ts
 * import { openReference } from "@sidewinder/sidewinder/kernels";
 *
 * await using device = await openReference(); // what each kernel means, in plain TypeScript
 * console.log(device.kind); // reference
 * ```
 *
 * @module
 */
export type { ByteSource } from "./src/bytes/byte_source.ts";
export type { SourceInput } from "./src/bytes/source.ts";
export type { Checkpoint, Entry } from "./src/checkpoint/checkpoint.ts";
export type { ConvertOptions } from "./src/checkpoint/convert.ts";
export { type Dtype, DTYPE_BYTES } from "./src/checkpoint/dtype.ts";
export type { CheckpointLimits } from "./src/checkpoint/limits.ts";
export { RELEASED, type Released } from "./src/checkpoint/released.ts";
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
export { classifyAll, type ClassifyTimings, type OneShotOptions } from "./src/classify.ts";
export { preprocessingOf } from "./src/classify/prepare.ts";
export type { DefaultModelOptions, DefaultTask } from "./src/default_model.ts";
export {
  type DeviceAccount,
  type DeviceMemory,
  type KernelCall,
  type KernelRunner,
  type Role,
  type TaskOptions,
  taskQueue,
  type WriteOptions,
} from "./src/device.ts";
export type { FeatureMap, FeaturesOptions, LayerName, MambaOutLayer, VimLayer, VMambaLayer } from "./src/features.ts";
export type { Forecast, Series } from "./src/forecast.ts";
export type { Bands, Fused, FuseOptions, FusePair } from "./src/fuse.ts";
export { generateBatch, type GeneratedToken } from "./src/generate.ts";
export { type AdapterDescription, describeAdapter, findAdapter } from "./src/gpu/adapter.ts";
export type { Animation, EncodeAnimationOptions, Frame } from "./src/image/animation.ts";
export type { Attached, AttachedText, ColourCoding, Density, Strip } from "./src/image/attached.ts";
export type { CodecModules, CodecName } from "./src/image/codecs.ts";
export type { Pixels8 } from "./src/image/colour.ts";
export type { DecodeOptions } from "./src/image/decode.ts";
export type { EncodeOptions } from "./src/image/encode.ts";
export { type MetricOptions, psnr, ssim } from "./src/image/metrics.ts";
export {
  type Channels,
  checkPixels,
  checkSize,
  type Drawable,
  isPixelSource,
  MAX_PIXELS,
  P3,
  type PixelSource,
} from "./src/image/pixels.ts";
export { type PngEncoder, pngEncoder } from "./src/image/png_encode.ts";
export { IMAGENET_EVALUATION, type Preprocessing } from "./src/image/preprocess.ts";
export { resizeBicubic, resizeLanczos } from "./src/image/resize.ts";
export { convertToSrgb, type SrgbOptions } from "./src/image/srgb.ts";
export { reachInto, scanAttention, stateDecay, walkOf } from "./src/inside/effective_attention.ts";
export { type ScanRecord, type ScanWatch, watchScans } from "./src/inside/watch_scans.ts";
export {
  KERNEL_NAMES,
  type KernelName,
  KERNELS,
  millisecondsOf,
  type OperandName,
  type Operands,
  type OptionalOperand,
  type Params,
  workOf,
} from "./src/kernels.ts";
export {
  type Activation,
  ACTIVATIONS,
  BINARY_OPERATIONS,
  type BinaryOperation,
  CARRY_IN,
  CARRY_OUT,
  encodeOrders,
  MOST_CAUSAL,
  MOST_COLUMNS_ASIDE,
  MOST_CONV_CHANNELS,
  MOST_DIRECTIONS,
  MOST_PIXELS,
  MOST_SCAN_STATE,
  MOST_TAPS,
  ROW_NORMS,
  type RowNorm,
  SCAN_ORDERS,
  type ScanOrder,
} from "./src/kernels/codes.ts";
export { mixBits } from "./src/kernels/random.ts";
export type { Access, ParamType } from "./src/kernels/row.ts";
export { addWork, estimateMilliseconds, NO_WORK, type Work } from "./src/kernels/work.ts";
export type { TokenIds } from "./src/language_model.ts";
export type { InputSize, ModelInfo, PublishedFacts } from "./src/load_model.ts";
export type { Block, BlockOptions, BlockState, MapShape, SequenceShape } from "./src/models/blocks/block.ts";
export type { CreateVssBlockOptions, VssBlock } from "./src/models/blocks/create_vss_block.ts";
export type { BimambaType, MixerConfig } from "./src/models/blocks/mamba.ts";
export type { ClassToken, Grid, PosEmbedResize } from "./src/models/blocks/pos_embed.ts";
export type { VssBlockOptions } from "./src/models/blocks/vss_block.ts";
export { DVMSR_VARIANTS, type DvmsrOptions } from "./src/models/dvmsr/options.ts";
export type { Choices, OptionSource, Task } from "./src/models/family.ts";
export type { LanguageCache, SavedCache } from "./src/models/mamba_lm/cache.ts";
export {
  MAMBA_LM_VARIANTS,
  type MambaLmConfig,
  mambaLmConfig,
  type MambaLmOptions,
  type MambaLmVariant,
} from "./src/models/mamba_lm/options.ts";
export { MAMBAIR_VARIANTS, type MambaIROptions, type MambaIRVariant } from "./src/models/mambair/options.ts";
export { MAMBAIR_UNET_VARIANTS, type MambaIRUNetOptions } from "./src/models/mambair_unet/options.ts";
export { MAMBAIRV2_VARIANTS, type MambaIRv2Options, type MambaIRv2Variant } from "./src/models/mambairv2/options.ts";
export { MAMBAOUT_VARIANTS, type MambaOutOptions, type MambaOutVariant } from "./src/models/mambaout/options.ts";
export type { LayerState, TokenPass as MambaLmPass } from "./src/models/takes.ts";
export {
  classTokens,
  type SsmOptions,
  VIM_OPTION_NAMES,
  VIM_VARIANTS,
  type VimConfig,
  vimConfig,
  type VimOptions,
  type VimVariant,
} from "./src/models/vim/options.ts";
export { VMAMBA_VARIANTS, type VMambaOptions, type VMambaVariant } from "./src/models/vmamba/options.ts";
export type { DeviceKind } from "./src/open_device.ts";
export type { AttentionOptions } from "./src/ops/attention.ts";
export type { BinaryOptions } from "./src/ops/binary.ts";
export type { CausalConv1dOptions } from "./src/ops/causal_conv1d.ts";
export type { BiasedWeight } from "./src/ops/channel_attention.ts";
export type { Conv2dOptions } from "./src/ops/conv2d.ts";
export type { DepthwiseConv2dOptions } from "./src/ops/depthwise_conv2d.ts";
export type { GatherOptions } from "./src/ops/gather_rows.ts";
export type { LayerNormOptions } from "./src/ops/layer_norm.ts";
export type { LinearOptions, RowNormOptions } from "./src/ops/linear.ts";
export type { NormOptions } from "./src/ops/norm.ts";
export { Ops } from "./src/ops/ops.ts";
export type { Band, Carry, Epilogue, Walk } from "./src/ops/options.ts";
export type { SampleOptions } from "./src/ops/sample.ts";
export type { ScanOptions } from "./src/ops/selective_scan.ts";
export type { SortedRows, SortOptions } from "./src/ops/sort.ts";
export type { UnaryOptions } from "./src/ops/unary.ts";
export type { LongStep } from "./src/progress.ts";
export { openReference, type ReferenceOptions } from "./src/reference/device.ts";
export { type OneShotRestoreOptions, openNets, type RestoreNets, type Restorer } from "./src/restore.ts";
export type { RestoredRows, RestoredTile, RestoreTask, RestoreTimings } from "./src/restore/options.ts";
export type { Overall } from "./src/restore/overall.ts";
export type { TileMode } from "./src/restore/plan_tiles.ts";
export type { Size, SizeWish } from "./src/restore/size.ts";
export { restoreFrames } from "./src/restore_frames.ts";
export type { Plan } from "./src/run/dry_device.ts";
export {
  type Forward,
  type Likeness,
  planModel,
  predictMilliseconds,
  runModel,
  type RunOptions,
  type Tap,
} from "./src/run/run_model.ts";
export {
  columns,
  columnsOf,
  type DeviceBuffer,
  reshape,
  rowAt,
  rowRange,
  rowsOf,
  sizeOf,
  type Tensor,
  tensorOf,
} from "./src/tensor.ts";
export { openWasm, type WasmOptions } from "./src/wasm/device.ts";
export type { Variant } from "./src/wasm/load.ts";
export type { BuiltIn, LanguageFacts, ModelFacts } from "./src/worker/calls.ts";
export type {
  HandOver,
  WorkerCalls,
  WorkerEngineOptions,
  WorkerLanguageModel,
  WorkerModel,
  WorkerNets,
  WorkerRestorer,
} from "./src/worker/engine.ts";
export type { WorkerWish } from "./src/worker/start.ts";
