/**
 * FusionMamba (Peng et al. 2024, arXiv 2404.07932): a sharp image of one channel and a coarse one of many bands become a
 * sharp one of many bands. Mirrors `U2Net` of PSRben/FusionMamba.
 *
 * Glossary: b batch, h × w pixels of the sharp image, l = h·w tokens, d width, m bands, s scale.
 *
 * @module
 */
import { type Bound, derived, tensor } from "../../checkpoint/weights.ts";
import { conv2dInBands } from "../../ops/bands.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, type Tensor } from "../../tensor.ts";
import {
  fusePair,
  fusionBlock,
  type FusionBlockConfig,
  type FusionBlockWeights,
  fusionBlockWeights,
  type Pair,
} from "../blocks/fusion_block.ts";
import { fusionMixer, fusionMixerWeights } from "../blocks/fusion_mixer.ts";
import { FUSIONMAMBA_MULTIPLE, type FusionMambaConfig } from "./options.ts";

const SLOPE = 0.01;
const LEAKY = { activation: "leakyRelu", slope: SLOPE } as const;
const EPSILON = 1e-5;

const convolution = (outer: number, inner: number, side: number) => ({
  weight: tensor("conv2d", [outer, inner, side, side]),
  bias: tensor("plain", [outer]),
});

/** Half the size, twice the channels. */
const downWeights = (d: number) => ({ down: { 0: convolution(2 * d, d, 2) } });

/** Twice the size, half the channels, joined with what the encoder had. */
const upWeights = (d: number) => ({
  up: {
    // Stride 2 and side 2: every output pixel has one input pixel, so it is a product and a shuffle of its results.
    product: derived("linear", [2 * d, d], { "0.weight": [d, d / 2, 2, 2] }, (parts) => {
      return transposed(parts["0.weight"]!, d, 2 * d);
    }),
    bias: derived("plain", [2 * d], { "0.bias": [d / 2] }, (parts) => {
      return Float32Array.from({ length: 2 * d }, (_, i) => parts["0.bias"]![i >> 2]!);
    }),
  },
  conv: {
    0: {
      weight: tensor("depthwise", [d / 2, 3, 3], { stored: [d / 2, 1, 3, 3] }),
      bias: tensor("plain", [d / 2]),
    },
    1: {
      weight: tensor("linear", [d / 2, d / 2], { stored: [d / 2, d / 2, 1, 1] }),
      bias: tensor("plain", [d / 2]),
    },
  },
});

/** A matrix [rows, columns] as [columns, rows]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, i) => values[i % rows * columns + Math.floor(i / rows)]!);
}

/** Weights of a U2Net; the keys are those of the official state dict. */
export function fusionMambaWeights(c: FusionMambaConfig) {
  const d = c.width, m = c.bands, [full, half, quarter] = c.stages;
  return {
    upsample: { upsamle: { 0: { weight: tensor("conv2d", [m * c.scale ** 2, m, 3, 3]) } } },
    raise_pan_dim: { 0: convolution(d, c.panChannels, 3) },
    raise_ms_dim: { 0: convolution(d, m, 3) },
    stage0: { fm: fusionBlockWeights(full), sample: downWeights(d) },
    stage1: { fm: fusionBlockWeights(half), sample: downWeights(2 * d) },
    stage2: { fm: fusionBlockWeights(quarter), sample: upWeights(4 * d) },
    stage3: { fm: fusionBlockWeights(half), sample: upWeights(2 * d) },
    stage4: fusionBlockWeights(full),
    to_hrms: { 0: convolution(d, d, 3), 2: convolution(m, d, 3) },
    spe_attn: {
      block: {
        0: { weight: tensor("linear", [d, 1]), bias: tensor("plain", [d]) },
        1: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) },
        2: fusionMixerWeights(c.spectral),
        3: { weight: tensor("linear", [1, d]), bias: tensor("plain", [1]) },
      },
    },
  } as const;
}

/** Weights of a U2Net on a device. */
export type FusionMambaWeights = Bound<ReturnType<typeof fusionMambaWeights>>;

/** A sharp image and the coarse one of the same place. */
export interface FusionInputs {
  /** [b, h, w, channels], sides multiples of 4. */
  readonly pan: Tensor;
  /** [b, h/s, w/s, m]. */
  readonly ms: Tensor;
}

/**
 * Sharp and coarse image to the sharp image of all bands [b, h, w, m], not clamped.
 *
 * @throws {TypeError} When the sizes do not fit each other or the net.
 */
export function* fusionMamba(
  ops: Ops,
  w: FusionMambaWeights,
  c: FusionMambaConfig,
  { pan, ms }: FusionInputs,
  tap?: Tap,
): Generator<void, Tensor> {
  checkPair(c, pan, ms);
  const enlarged = yield* conv2dInBands(ops, ms, w.upsample.upsamle[0].weight); // [b, h/s, w/s, m·s²]
  const base = ops.pixelShuffle(enlarged, c.scale); // [b, h, w, m]
  const start: Pair = {
    pan: yield* conv2dInBands(ops, pan, w.raise_pan_dim[0].weight, { bias: w.raise_pan_dim[0].bias, ...LEAKY }),
    ms: yield* conv2dInBands(ops, base, w.raise_ms_dim[0].weight, { bias: w.raise_ms_dim[0].bias, ...LEAKY }),
  }; // [b, h, w, d]
  tap?.("raise_pan_dim", start.pan);

  const [full, half, quarter] = c.stages;
  const stage = (name: string, weights: FusionBlockWeights, config: FusionBlockConfig, pair: Pair) =>
    runStage(ops, name, weights, config, pair, tap);
  const pair0 = yield* stage("stage0.fm", w.stage0.fm, full, start);
  const pair1 = yield* stage("stage1.fm", w.stage1.fm, half, yield* both(pair0, (x) => down(ops, w.stage0, x)));
  const pair2 = yield* stage("stage2.fm", w.stage2.fm, quarter, yield* both(pair1, (x) => down(ops, w.stage1, x)));
  const joined1 = yield* both(pair2, (x, name) => up(ops, w.stage2, x, pair1[name]));
  const pair3 = yield* stage("stage3.fm", w.stage3.fm, half, joined1);
  const joined0 = yield* both(pair3, (x, name) => up(ops, w.stage3, x, pair0[name]));
  const [b, height, width, d] = joined0.pan.shape as [number, number, number, number];
  const fused = reshape(yield* fusePair(ops, w.stage4, full, tokensOf(joined0), width), [b, height, width, d]);
  tap?.("stage4", fused);

  const attention = bandAttention(ops, w, c, ms); // [b, m]
  tap?.("spe_attn", attention);
  const [first, last] = [w.to_hrms[0], w.to_hrms[2]];
  const hidden = yield* conv2dInBands(ops, fused, first.weight, { bias: first.bias, ...LEAKY }); // [b, h, w, d]
  const detail = yield* conv2dInBands(ops, hidden, last.weight, { bias: last.bias }); // [b, h, w, m]
  return ops.binary("multiply", detail, attention, { per: "image", into: base }); // [b, h, w, m]
}

function checkPair(c: FusionMambaConfig, pan: Tensor, ms: Tensor): void {
  const [b, height, width, channels] = pan.shape;
  const wanted = [b, height! / c.scale, width! / c.scale, c.bands];
  if (channels !== c.panChannels || height! % FUSIONMAMBA_MULTIPLE !== 0 || width! % FUSIONMAMBA_MULTIPLE !== 0) {
    throw new TypeError(
      `Cannot run FusionMamba as pan must have the shape [batch, height, width, ${c.panChannels}] with sides that ` +
        `${FUSIONMAMBA_MULTIPLE} divides: current shape is [${pan.shape.join(", ")}]`,
    );
  }
  if (ms.shape.length !== 4 || !ms.shape.every((size, i) => size === wanted[i])) {
    throw new TypeError(
      `Cannot run FusionMamba as ms must have the shape [${
        wanted.join(", ")
      }], a ${c.scale}th of pan's sides: current shape is [${ms.shape.join(", ")}]`,
    );
  }
}

/** Images [b, h, w, d] as tokens [b, h·w, d]. */
function tokensOf({ pan, ms }: Pair): Pair {
  const [b, height, width, d] = pan.shape as [number, number, number, number], shape = [b, height * width, d];
  return { pan: reshape(pan, shape), ms: reshape(ms, shape) };
}

function* runStage(
  ops: Ops,
  name: string,
  w: FusionBlockWeights,
  c: FusionBlockConfig,
  pair: Pair,
  tap: Tap | undefined,
): Generator<void, Pair> {
  yield* fusionBlock(ops, w, c, tokensOf(pair), pair.pan.shape[2]!); // in place
  if (tap) {
    using _ = ops.scope();
    tap(name, ops.add(pair.pan, pair.ms)); // [b, h, w, d]
  }
  return pair;
}

/** The same step with the same weights for both images. */
function* both(
  { pan, ms }: Pair,
  step: (x: Tensor, name: "pan" | "ms") => Generator<void, Tensor>,
): Generator<void, Pair> {
  return { pan: yield* step(pan, "pan"), ms: yield* step(ms, "ms") };
}

/** x [b, h, w, d] → [b, h/2, w/2, 2d]. */
function* down(ops: Ops, w: FusionMambaWeights["stage0"], x: Tensor): Generator<void, Tensor> {
  const { weight, bias } = w.sample.down[0];
  const half = ops.conv2d(x, weight, { bias, stride: 2, ...LEAKY }); // [b, h/2, w/2, 2d]
  yield;
  return half;
}

/** x [b, h/2, w/2, 2d] and what the encoder had [b, h, w, d] → [b, h, w, d]. */
function* up(ops: Ops, { sample: w }: FusionMambaWeights["stage2"], x: Tensor, skip: Tensor): Generator<void, Tensor> {
  const out = ops.empty(skip.shape);
  using _ = ops.scope();
  const deep = ops.linear(x, w.up.product, { bias: w.up.bias, ...LEAKY }); // [b, h/2, w/2, 4d]
  const joined = ops.add(ops.pixelShuffle(deep, 2), skip); // [b, h, w, d]
  yield;
  const filtered = ops.depthwiseConv2d(joined, w.conv[0].weight, { bias: w.conv[0].bias }); // [b, h, w, d]
  return ops.linear(filtered, w.conv[1].weight, { bias: w.conv[1].bias, out, ...LEAKY }); // [b, h, w, d]
}

/** How much detail each band gets: coarse image [b, h, w, m] → [b, m], 0 … 1. */
function bandAttention(ops: Ops, w: FusionMambaWeights, c: FusionMambaConfig, ms: Tensor): Tensor {
  const [b, height, width, m] = ms.shape as [number, number, number, number];
  const { 0: raise, 1: norm, 2: mixer, 3: lower } = w.spe_attn.block;
  const largest = reshape(ops.maxRows(reshape(ms, [b, height * width, m])), [b, m, 1]); // [b, m, 1]
  const raised = ops.linear(largest, raise.weight, { bias: raise.bias }); // [b, m, d]
  const mixed = fusionMixer(ops, mixer, c.spectral, raised, {
    gridWidth: m,
    norm: { kind: "layer", ...norm, epsilon: EPSILON },
  }); // [b, m, d]
  return reshape(ops.linear(mixed, lower.weight, { bias: lower.bias, activation: "sigmoid" }), [b, m]); // [b, m]
}
