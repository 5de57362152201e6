/**
 * The blocks alone, and what binds weights to them by name: for nets of one's own. A block is a pair of functions: one says
 * which weights it wants, under the official names; the other runs it over `Ops`. `examples/own_model.ts` chains some.
 *
 * @module
 */
export { bind, type Bound, type BoundWeights, derived, type Spec, specKeys, tensor } from "../../checkpoint/weights.ts";
export { block, blockConfig, blockOverMap, blockWeights, mixer, mixerConfig, mixerWeights } from "./mamba.ts";
export { cab, cabWeights, ss2d, ss2dWeights, vssBlock, vssBlockConfig, vssBlockWeights } from "./vss_block.ts";
export type { CabForm, Ss2dConfig, VssBlockConfig } from "./vss_block.ts";
export { gatedCnn, type GatedCnnConfig, gatedCnnConfig, gatedCnnWeights } from "./gated_cnn.ts";
export { patchMerging, patchMergingWeights } from "./patch_merging.ts";
export * from "./window_attention.ts";
export * from "./fusion_mixer.ts";
export * from "./fusion_block.ts";
