/**
 * The blocks alone, and what binds weights to them by name: for nets of one's own. A block is a pair of functions: one says
 * which weights it wants, under the official names; the other runs it over `Ops`. `docs/blocks.md` lists them,
 * `examples/own_model.ts` chains some.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, gatedCnn, gatedCnnConfig, gatedCnnWeights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = gatedCnnConfig(8), spec = { first: gatedCnnWeights(config), second: gatedCnnWeights(config) };
 * const { weights } = await bind(spec, initialWeights(spec), device); // or an open checkpoint with these names
 * const map = new Float32Array(6 * 6 * 8).fill(1); // [batch, height, width, channels]
 * const out = await runModel(device, function* (ops) {
 *   const x = ops.input(map, [1, 6, 6, 8]);
 *   yield* gatedCnn(ops, weights.first, config, x);
 *   return yield* gatedCnn(ops, weights.second, config, x);
 * });
 * console.log(out.length);
 * ```
 *
 * @module
 */
export type { Checkpoint, Entry } from "../../checkpoint/checkpoint.ts";
export {
  bind,
  type BindOptions,
  type Bound,
  type BoundWeights,
  compacted,
  derived,
  type Leaf,
  type Parts,
  type Spec,
  specKeys,
  tensor,
  type TensorOptions,
  type Weight,
} from "../../checkpoint/weights.ts";
export * from "./assm.ts";
export { initialWeights } from "./block_state.ts";
export * from "./cab.ts";
export * from "./diagonal_system.ts";
export * from "./fusion_block.ts";
export * from "./fusion_mixer.ts";
export * from "./gated_cnn.ts";
export * from "./gated_mlp.ts";
export * from "./h3.ts";
export {
  type BimambaType,
  block,
  type BlockConfig,
  blockConfig,
  blockOverMap,
  type BlockSpec,
  type BlockWeights,
  blockWeights,
  mixer,
  type MixerConfig,
  mixerConfig,
  type MixerOptions,
  type MixerSpec,
  type MixerWeights,
  mixerWeights,
  type NormWeights,
} from "./mamba.ts";
export * from "./patch_merging.ts";
export * from "./s4d.ts";
export type { Biased, MaybeBiased } from "./spec.ts";
export * from "./ss2d.ts";
export * from "./vmamba_block.ts";
export * from "./vss_block.ts";
export * from "./window_attention.ts";
