/**
 * The block of MambaIR: a selective scan over an image in four directions (SS2D), then a convolution block with channel
 * attention (CAB), each added to a scaled stream. Mirrors `VSSBlock` of csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, d width, n states, e inner width, r rank of Δ.
 *
 * @module
 */
import { type Bound, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
import { attended, cab, type CabForm, type CabSpec, cabWeights, SQUEEZE } from "./cab.ts";
import { ss2d, type Ss2dConfig, type Ss2dSpec, ss2dWeights } from "./ss2d.ts";
import type { Biased } from "./spec.ts";

/** Shape of a block. */
export interface VssBlockConfig extends Ss2dConfig {
  /** Form of the convolution block. */
  readonly cab: CabForm;
  /** ε of the first norm; the others have 1e-5. */
  readonly epsilon: number;
}

/** Options of a block on its own, official names. */
export interface VssBlockOptions {
  /** States per channel; 16 by default. */
  readonly d_state?: number;
  /** Inner width of the scan per channel; 2 by default. */
  readonly expand?: number;
  /** The light super-resolution nets' convolution block (2024-10) instead of the classic one. */
  readonly is_light_sr?: boolean;
  /** ε of the first norm. */
  readonly epsilon?: number;
}

const EPSILON = 1e-5;

/**
 * A block of width d with the defaults of `VSSBlock(hidden_dim)`: n 16, e = 2d, r = ⌈d/16⌉, classic CAB, ε 1e-6.
 *
 * @throws {RangeError} When the width is below 30: the channel attention would have no hidden unit.
 *
 * @example
 * ```ts
 * const config = vssBlockConfig(64);
 * ```
 */
export function vssBlockConfig(width: number, options: VssBlockOptions = {}): VssBlockConfig {
  if (!Number.isInteger(width) || width < SQUEEZE) {
    throw new RangeError(
      `Cannot configure a VSSBlock as its width must be a whole number of at least ${SQUEEZE}: current value is ${width}`,
    );
  }
  return {
    width,
    inner: Math.floor((options.expand ?? 2) * width),
    stateSize: options.d_state ?? 16,
    rank: Math.ceil(width / 16),
    cab: options.is_light_sr ? "light3" : "classic",
    epsilon: options.epsilon ?? 1e-6,
  };
}

/** Tree of the weights of a block. */
export type VssBlockSpec = {
  readonly skip_scale: Weight;
  readonly ln_1: Biased;
  readonly self_attention: Ss2dSpec;
  readonly skip_scale2: Weight;
  readonly ln_2: Biased;
  readonly conv_blk: CabSpec;
};

/** Weights of a block; the keys are those of the official state dict. */
export function vssBlockWeights(c: VssBlockConfig): VssBlockSpec {
  const norm = () => ({ weight: tensor("plain", [c.width]), bias: tensor("plain", [c.width]) });
  return {
    skip_scale: tensor("plain", [c.width]),
    ln_1: norm(),
    self_attention: ss2dWeights(c),
    skip_scale2: tensor("plain", [c.width]),
    ln_2: norm(),
    conv_blk: cabWeights(c),
  };
}

/** Weights of a block on a device. */
export type VssBlockWeights = Bound<VssBlockSpec>;

/**
 * The block, in place on the stream x [b, h, w, d].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, vssBlock, vssBlockConfig, vssBlockWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = vssBlockConfig(30), spec = vssBlockWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 30).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => vssBlock(ops, weights, config, ops.input(map, [1, 8, 12, 30])));
 * console.log(out.length === map.length); // true
 * ```
 */
export function* vssBlock(ops: Ops, w: VssBlockWeights, c: VssBlockConfig, x: Tensor): Generator<void, Tensor> {
  const norm = (weights: VssBlockWeights["ln_1"], epsilon: number) => ({ kind: "layer", ...weights, epsilon }) as const;
  {
    using _ = ops.scope();
    yield* ss2d(ops, w.self_attention, c, x, { norm: norm(w.ln_1, c.epsilon), into: x, scale: w.skip_scale });
  }
  using _ = ops.scope();
  const both = yield* cab(ops, w.conv_blk, x, norm(w.ln_2, EPSILON));
  return yield* attended(ops, both, { into: x, scale: w.skip_scale2 });
}
