/**
 * The selective scan over an image in four directions, `SS2D` of csguoh/MambaIR, and of both releases of MzeroMiko/VMamba.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, e inner width, n states, r rank of Δ.
 *
 * @module
 */
import { depthwiseConv2dInBands, layerNormInBands, linearInBands, selectiveScanInBands } from "../../ops/bands.ts";
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { ScanOrder } from "../../kernels.ts";
import type { LinearOptions, Ops } from "../../ops/ops.ts";
import { columns, reshape, type Tensor } from "../../tensor.ts";
import { scanConstants } from "./mamba.ts";
import type { Biased, MaybeBiased } from "./spec.ts";

/** Shape of an SS2D. */
export interface Ss2dConfig {
  /** Channels in and out, d. */
  readonly width: number;
  /** Channels of the scan, e. */
  readonly inner: number;
  /** States per channel, n. */
  readonly stateSize: number;
  /** Rank of the Δ projection, r. */
  readonly rank: number;
  /** Whether the scan is multiplied by silu(z), z being a second half of `in_proj`; true by default. */
  readonly gated?: boolean;
  /** Whether the convolution has a bias; true by default. */
  readonly convBias?: boolean;
}

const ORDERS: readonly ScanOrder[] = ["row", "column", "rowReversed", "columnReversed"];
const EPSILON = 1e-5;

/** Tree of the weights of an SS2D. */
export type Ss2dSpec = {
  readonly in_proj: { readonly weight: Weight };
  readonly conv2d: MaybeBiased;
  readonly x_proj_weight: Weight;
  readonly scan: Weight;
  readonly out_norm: Biased;
  readonly out_proj: { readonly weight: Weight };
};

/** Weights of an SS2D; the keys are those of the official state dict. */
export function ss2dWeights(c: Ss2dConfig): Ss2dSpec {
  const { width: d, inner: e, stateSize: n, rank: r, gated = true, convBias = true } = c;
  return {
    in_proj: { weight: tensor("linear", [gated ? 2 * e : e, d]) },
    conv2d: {
      weight: tensor("depthwise", [e, 3, 3], { stored: [e, 1, 3, 3] }),
      bias: convBias ? tensor("plain", [e]) : undefined,
    },
    x_proj_weight: tensor("linear", [4 * (r + 2 * n), e], { stored: [4, r + 2 * n, e] }),
    scan: derived(
      "scan",
      [4, e, n + 2 + r],
      { A_logs: [4 * e, n], Ds: [4 * e], dt_projs_bias: [4, e], dt_projs_weight: [4, e, r] },
      (p) => scanConstants(p.A_logs!, p.Ds!, p.dt_projs_bias!, p.dt_projs_weight!, 4 * e),
      n,
    ),
    out_norm: { weight: tensor("plain", [e]), bias: tensor("plain", [e]) },
    out_proj: { weight: tensor("linear", [d, e]) },
  };
}

/** Weights of an SS2D on a device. */
export type Ss2dWeights = Bound<Ss2dSpec>;

/** What an SS2D does besides: the norm of its input, and where its output goes. */
export type Ss2dOptions = Pick<LinearOptions, "norm" | "into" | "scale">;

/**
 * Selective scan over an image, in rows and columns, both ways (docs/blocks.md has a picture): x [b, h, w, d] → [b, l, d].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, ss2d, ss2dWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = { width: 16, inner: 32, stateSize: 8, rank: 1 }, spec = ss2dWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 16).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => ss2d(ops, weights, config, ops.input(map, [1, 8, 12, 16])));
 * console.log(out.length === map.length); // true
 * ```
 */
export function* ss2d(
  ops: Ops,
  w: Ss2dWeights,
  c: Ss2dConfig,
  x: Tensor,
  { norm, ...target }: Ss2dOptions = {},
): Generator<void, Tensor> {
  const [b, height, width] = x.shape as [number, number, number, number], l = height * width, e = c.inner;
  const xz = yield* linearInBands(ops, x, w.in_proj.weight, { norm }); // [b, h, w, 2e], or [b, h, w, e] without gate
  const convolved = yield* depthwiseConv2dInBands(ops, columns(xz, 0, e), w.conv2d.weight, {
    bias: w.conv2d.bias,
    activation: "silu",
  });
  const u = reshape(convolved, [b, l, e]);
  const projection = yield* linearInBands(ops, u, w.x_proj_weight); // [b, l, 4·(r + 2n)]
  const y = yield* selectiveScanInBands(ops, u, projection, w.scan, {
    stateSize: c.stateSize,
    orders: ORDERS,
    gridWidth: width,
    sharedInput: true,
  }); // [b, l, e]
  const { weight, bias } = w.out_norm;
  if (c.gated === false) {
    const outNorm = { kind: "layer", weight, bias, epsilon: EPSILON } as const;
    return yield* linearInBands(ops, y, w.out_proj.weight, { ...target, norm: outNorm }); // [b, l, d]
  }
  const z = reshape(columns(xz, e, e), [b, l, e]);
  const gated = yield* layerNormInBands(ops, y, weight, { bias, epsilon: EPSILON, gate: z, out: u }); // [b, l, e]
  return yield* linearInBands(ops, gated, w.out_proj.weight, target); // [b, l, d]
}
