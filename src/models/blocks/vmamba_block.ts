/**
 * The block of VMamba: a scan over an image in four directions, then, since its second release, an MLP; each is added to
 * the stream. Mirrors `VSSBlock` of MzeroMiko/VMamba, forward types v0 and v05_noz.
 *
 * Glossary: b batch, h × w pixels, d width, e inner width, m hidden width.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import { linearInBands } from "../../ops/bands.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
import type { Biased } from "./spec.ts";
import { ss2d, type Ss2dConfig, type Ss2dSpec, ss2dWeights } from "./ss2d.ts";

const EPSILON = 1e-5;

/** Shape of a block. */
export interface VMambaBlockConfig {
  /** The scan. */
  readonly op: Ss2dConfig;
  /** Hidden width of the MLP; 0: none. */
  readonly hidden: number;
}

/** Releases of VMamba. */
export type VMambaRelease = "v0" | "v05_noz";

/**
 * A block of width d as it was released: `v0`, a gated scan of 16 states, e = 2d, without MLP; `v05_noz`, a scan of one
 * state without gate, e = d, and an MLP of 4d.
 */
export function vmambaBlockConfig(width: number, release: VMambaRelease = "v05_noz"): VMambaBlockConfig {
  const rank = Math.ceil(width / 16);
  return release === "v0"
    ? { op: { width, inner: 2 * width, stateSize: 16, rank }, hidden: 0 }
    : { op: { width, inner: width, stateSize: 1, rank, gated: false, convBias: false }, hidden: 4 * width };
}

/** Tree of the weights of a block. */
export type VMambaBlockSpec = {
  readonly norm: Biased;
  readonly op: Ss2dSpec;
  readonly norm2: Biased | undefined;
  readonly mlp: { readonly fc1: Biased; readonly fc2: Biased } | undefined;
};

const biased = (role: "plain" | "linear", shape: readonly number[]): Biased => ({
  weight: tensor(role, shape),
  bias: tensor("plain", shape.slice(0, 1)),
});

/** Weights of a block; the keys are those of the official state dict. */
export function vmambaBlockWeights({ op, hidden }: VMambaBlockConfig): VMambaBlockSpec {
  const d = op.width;
  return {
    norm: biased("plain", [d]),
    op: ss2dWeights(op),
    norm2: hidden ? biased("plain", [d]) : undefined,
    mlp: hidden ? { fc1: biased("linear", [hidden, d]), fc2: biased("linear", [d, hidden]) } : undefined,
  };
}

/** Weights of a block on a device. */
export type VMambaBlockWeights = Bound<VMambaBlockSpec>;

/**
 * The block, in place on the stream x [b, h, w, d]: x + SS2D(norm(x)), then x + MLP(norm2(x)) where there is one.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, vmambaBlock, vmambaBlockConfig } from "@sidewinder/sidewinder/blocks";
 * import { vmambaBlockWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = vmambaBlockConfig(16, "v0"), spec = vmambaBlockWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 16).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => vmambaBlock(ops, weights, config, ops.input(map, [1, 8, 12, 16])));
 * console.log(out.length === map.length); // true
 * ```
 */
export function* vmambaBlock(
  ops: Ops,
  w: VMambaBlockWeights,
  { op }: Pick<VMambaBlockConfig, "op">,
  x: Tensor,
): Generator<void, Tensor> {
  const layer = (weights: Bound<Biased>) => ({ kind: "layer", ...weights, epsilon: EPSILON }) as const;
  {
    using _ = ops.scope();
    yield* ss2d(ops, w.op, op, x, { norm: layer(w.norm), into: x });
  }
  if (!w.mlp || !w.norm2) return x;
  using _ = ops.scope();
  const { fc1, fc2 } = w.mlp;
  const hidden = yield* linearInBands(ops, x, fc1.weight, {
    bias: fc1.bias,
    activation: "gelu",
    norm: layer(w.norm2),
  }); // [b, h, w, m]
  yield* linearInBands(ops, hidden, fc2.weight, { bias: fc2.bias, into: x });
  return x;
}
