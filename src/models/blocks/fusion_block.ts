/**
 * The blocks of FusionMamba: one image refined by itself, one refined with the help of another, and the block that does
 * both for a pair. Mirrors `SingleMambaBlock`, `CrossMambaBlock` and `FusionMamba` of PSRben/FusionMamba.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width.
 *
 * @module
 */
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
import {
  fusionMixer,
  type FusionMixerConfig,
  fusionMixerConfig,
  type FusionMixerSpec,
  fusionMixerWeights,
} from "./fusion_mixer.ts";
import type { Biased } from "./spec.ts";

const EPSILON = 1e-5;

const norm = (width: number): Biased => ({ weight: tensor("plain", [width]), bias: tensor("plain", [width]) });

const normed = (weights: { readonly weight: Tensor; readonly bias: Tensor }) =>
  ({ kind: "layer", ...weights, epsilon: EPSILON }) as const;

/** Shape of the blocks: the mixers of one input (v6) and of two (v7). */
export interface FusionBlockConfig {
  /** Channels of each image, d. */
  readonly width: number;
  /** Mixer of one image. */
  readonly single: FusionMixerConfig;
  /** Mixer of one image with the help of the other. */
  readonly cross: FusionMixerConfig;
  /** Blocks that refine each input before they meet. */
  readonly depth: number;
}

/** Blocks of width d with the official mixers. */
export const fusionBlockConfig = (width: number, depth = 1): FusionBlockConfig => ({
  width,
  single: fusionMixerConfig("v6", width),
  cross: fusionMixerConfig("v7", width),
  depth,
});

/** Tree of the weights of a block of one input. */
export type SingleBlockSpec = { readonly norm: Biased; readonly block: FusionMixerSpec };

/** Weights of a block of one input. */
export const singleBlockWeights = (c: FusionBlockConfig): SingleBlockSpec => ({
  norm: norm(c.width),
  block: fusionMixerWeights(c.single),
});

/** Weights of a block of one input on a device. */
export type SingleBlockWeights = Bound<SingleBlockSpec>;

/** Tree of the weights of a block of two inputs. */
export type CrossBlockSpec = { readonly norm0: Biased; readonly norm1: Biased; readonly block: FusionMixerSpec };

/** Weights of a block of two inputs. */
export const crossBlockWeights = (c: FusionBlockConfig): CrossBlockSpec => ({
  norm0: norm(c.width),
  norm1: norm(c.width),
  block: fusionMixerWeights(c.cross),
});

/** Weights of a block of two inputs on a device. */
export type CrossBlockWeights = Bound<CrossBlockSpec>;

/** x + mixer(norm(x)), in place on x [b, l, d]. */
export function singleBlock(
  ops: Ops,
  w: SingleBlockWeights,
  c: FusionBlockConfig,
  x: Tensor,
  gridWidth: number,
): Tensor {
  using _ = ops.scope();
  return fusionMixer(ops, w.block, c.single, x, { gridWidth, norm: normed(w.norm), into: x }); // [b, l, d]
}

/** x + mixer(norm₀(x), norm₁(second)), a new tensor [b, l, d]. */
export function crossBlock(
  ops: Ops,
  w: CrossBlockWeights,
  c: FusionBlockConfig,
  x: Tensor,
  second: Tensor,
  gridWidth: number,
): Tensor {
  const sum = ops.copy(x); // [b, l, d]
  using _ = ops.scope();
  return fusionMixer(ops, w.block, c.cross, x, {
    gridWidth,
    second,
    norm: normed(w.norm0),
    secondNorm: normed(w.norm1),
    into: sum,
  }); // [b, l, d]
}

/** Tree of the weights of the block for a pair. */
export type FusionBlockSpec = {
  readonly spa_mamba_layers: readonly SingleBlockSpec[];
  readonly spe_mamba_layers: readonly SingleBlockSpec[];
  readonly spa_cross_mamba: CrossBlockSpec;
  readonly spe_cross_mamba: CrossBlockSpec;
  readonly mean: Weight;
  readonly bias: Weight;
  readonly half: Weight;
};

/** Weights of the block for a pair; the keys are those of the official state dict. */
export function fusionBlockWeights(c: FusionBlockConfig): FusionBlockSpec {
  const d = c.width, singles = () => Array.from({ length: c.depth }, () => singleBlockWeights(c));
  return {
    spa_mamba_layers: singles(),
    spe_mamba_layers: singles(),
    spa_cross_mamba: crossBlockWeights(c),
    spe_cross_mamba: crossBlockWeights(c),
    // The mean of two is half of their sum, so the half goes into the weights.
    mean: derived("linear", [d, d], { "out_proj.weight": [d, d] }, (p) => p["out_proj.weight"]!.map((v) => v / 2)),
    bias: derived("plain", [d], { "out_proj.bias": [d] }, (p) => p["out_proj.bias"]!),
    half: derived("plain", [d], {}, () => new Float32Array(d).fill(0.5)),
  };
}

/** Weights of the block for a pair on a device. */
export type FusionBlockWeights = Bound<FusionBlockSpec>;

/** Two images of one size as tokens [b, l, d]. */
export interface Pair {
  /** The sharp one. */
  readonly pan: Tensor;
  /** The coarse one. */
  readonly ms: Tensor;
}

/** What both images say of each other, from images that this changes in place: pan and ms [b, l, d] → [b, l, d]. */
export function* fusePair(
  ops: Ops,
  w: FusionBlockWeights,
  c: FusionBlockConfig,
  { pan, ms }: Pair,
  gridWidth: number,
): Generator<void, Tensor> {
  for (let i = 0; i < c.depth; i++) {
    singleBlock(ops, w.spa_mamba_layers[i]!, c, pan, gridWidth);
    yield;
    singleBlock(ops, w.spe_mamba_layers[i]!, c, ms, gridWidth);
    yield;
  }
  const out = ops.empty(pan.shape); // [b, l, d]
  using _ = ops.scope();
  const spatial = crossBlock(ops, w.spa_cross_mamba, c, pan, ms, gridWidth); // [b, l, d]
  yield;
  const spectral = crossBlock(ops, w.spe_cross_mamba, c, ms, pan, gridWidth); // [b, l, d]
  yield;
  return ops.linear(ops.add(spatial, spectral), w.mean, { bias: w.bias, out }); // [b, l, d]
}

/**
 * The block for a pair, in place: each image becomes the mean of itself and of what both say.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, fusionBlock, fusionBlockConfig, fusionBlockWeights } from "@sidewinder/sidewinder/blocks";
 * import { initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = fusionBlockConfig(16), spec = fusionBlockWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const pixels = (value: number) => new Float32Array(6 * 8 * 16).fill(value); // [b, l, d]
 * const sharp = await runModel(device, function* (ops) {
 *   const pair = { pan: ops.input(pixels(0.5), [1, 48, 16]), ms: ops.input(pixels(0.25), [1, 48, 16]) };
 *   return (yield* fusionBlock(ops, weights, config, pair, 8)).pan;
 * });
 * console.log(sharp.length === 6 * 8 * 16); // true
 * ```
 */
export function* fusionBlock(
  ops: Ops,
  w: FusionBlockWeights,
  c: FusionBlockConfig,
  pair: Pair,
  gridWidth: number,
): Generator<void, Pair> {
  using _ = ops.scope();
  const fused = yield* fusePair(ops, w, c, pair, gridWidth); // [b, l, d]
  for (const image of [pair.pan, pair.ms]) ops.binary("multiply", fused, w.half, { into: image, scale: w.half });
  return pair;
}
