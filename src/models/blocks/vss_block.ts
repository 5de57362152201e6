/**
 * The block of MambaIR: a selective scan over an image in four directions (SS2D), then a convolution block with channel
 * attention (CAB), each added to a scaled stream. Mirrors `SS2D`, `CAB` and `VSSBlock` of csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, e inner width, n states, r rank of Δ, m narrow width.
 *
 * @module
 */
import {
  conv2dInBands,
  depthwiseConv2dInBands,
  layerNormInBands,
  linearInBands,
  MOVE,
  selectiveScanInBands,
} from "../../ops/bands.ts";
import { type Bound, derived, tensor } from "../../checkpoint/weights.ts";
import type { Role } from "../../device.ts";
import type { ScanOrder } from "../../kernels.ts";
import type { LinearOptions, Ops, RowNormOptions } from "../../ops/ops.ts";
import { columns, reshape, rowRange, type Tensor } from "../../tensor.ts";
import { scanConstants } from "./mamba.ts";

/**
 * Forms of the convolution block. `classic`: 3×3 to d/3 channels and back. The light super-resolution nets had three:
 * `light1` (2024-02, one depthwise 3×3), `light2` (2024-03, the classic one with d/6) and `light3` (since 2024-10,
 * 1×1 and depthwise 3×3 to d/2 and back). Official weights of all of them are around.
 */
export type CabForm = "classic" | "light1" | "light2" | "light3";

/** Shape of an SS2D. */
export interface Ss2dConfig {
  readonly width: number;
  readonly inner: number;
  readonly stateSize: number;
  readonly rank: number;
  /** Whether the scan is multiplied by silu(z), z being a second half of `in_proj`; true unless said. */
  readonly gated?: boolean;
  /** Whether the convolution has a bias; true unless said. */
  readonly convBias?: boolean;
}

/** Shape of a block. */
export interface VssBlockConfig extends Ss2dConfig {
  readonly cab: CabForm;
  /** ε of the first norm; the others have 1e-5. */
  readonly epsilon: number;
}

/** Options of a block on its own, official names. */
export interface VssBlockOptions {
  /** States per channel; 16 unless said. */
  readonly d_state?: number;
  /** Inner width of the scan per channel; 2 unless said. */
  readonly expand?: number;
  /** The light super-resolution nets' convolution block (2024-10) instead of the classic one. */
  readonly is_light_sr?: boolean;
  /** ε of the first norm. */
  readonly epsilon?: number;
}

const ORDERS: readonly ScanOrder[] = ["row", "column", "rowReversed", "columnReversed"];
const EPSILON = 1e-5;
/** Channels per hidden unit of the channel attention. */
const SQUEEZE = 30;

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

/** Weights of an SS2D; the keys are those of the official state dict. */
export function ss2dWeights(c: Ss2dConfig) {
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
  } as const;
}

/** A convolution packed for another role than its official shape says. */
const convolution = (role: Role, shape: readonly number[], stored: readonly number[]) => ({
  weight: tensor(role, shape, { stored }),
  bias: tensor("plain", [stored[0]!]),
});
const dense = (outer: number, inner: number) => convolution("conv2d", [outer, inner, 3, 3], [outer, inner, 3, 3]);
const point = (outer: number, inner: number) => convolution("linear", [outer, inner], [outer, inner, 1, 1]);
const depthwise = (width: number) => convolution("depthwise", [width, 3, 3], [width, 1, 3, 3]);

function attentionWeights(d: number) {
  const s = Math.floor(d / SQUEEZE);
  return { attention: { 1: point(s, d), 3: point(d, s) } };
}

const classicCab = (d: number, m: number) => ({ 0: dense(m, d), 2: dense(d, m), 3: attentionWeights(d) });
const firstLightCab = (d: number) => ({ 0: depthwise(d), 1: attentionWeights(d) });
const lightCab = (d: number, m: number) => ({
  0: point(m, d),
  1: depthwise(m),
  3: point(d, m),
  4: depthwise(d),
  5: attentionWeights(d),
});

/** Weights of a CAB; the keys are those of the official state dict. */
export function cabWeights({ width: d, cab: form }: Pick<VssBlockConfig, "width" | "cab">) {
  const cab = form === "light1"
    ? firstLightCab(d)
    : form === "light3"
    ? lightCab(d, Math.floor(d / 2))
    : classicCab(d, Math.floor(d / (form === "light2" ? 6 : 3)));
  return { cab };
}

/** Weights of a block; the keys are those of the official state dict. */
export function vssBlockWeights(c: VssBlockConfig) {
  const norm = () => ({ weight: tensor("plain", [c.width]), bias: tensor("plain", [c.width]) });
  return {
    skip_scale: tensor("plain", [c.width]),
    ln_1: norm(),
    self_attention: ss2dWeights(c),
    skip_scale2: tensor("plain", [c.width]),
    ln_2: norm(),
    conv_blk: cabWeights(c),
  } as const;
}

/** Weights of an SS2D on a device. */
export type Ss2dWeights = Bound<ReturnType<typeof ss2dWeights>>;
/** Weights of a CAB on a device. */
export type CabWeights = Bound<ReturnType<typeof cabWeights>>;
/** Weights of a block on a device. */
export type VssBlockWeights = Bound<ReturnType<typeof vssBlockWeights>>;

/** What an SS2D does besides: the norm of its input, and where its output goes. */
export type Ss2dOptions = Pick<LinearOptions, "norm" | "into" | "scale">;

/** Selective scan over an image, in rows and columns, both ways: x [b, h, w, d] → [b, l, d]. */
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

/** What a CAB makes of an image, before the two are multiplied. */
export interface Attended {
  /** [b, h, w, d]. */
  readonly features: Tensor;
  /** One factor per image and channel, [b, d]. */
  readonly attention: Tensor;
}

/** Convolutions and channel attention of x [b, h, w, d], or of its norm. */
export function* cab(ops: Ops, { cab: w }: CabWeights, x: Tensor, norm?: RowNormOptions): Generator<void, Attended> {
  if (5 in w) {
    const narrow = yield* linearInBands(ops, x, w[0].weight, { bias: w[0].bias, norm }); // [b, h, w, m]
    const mixed = yield* depthwiseConv2dInBands(ops, narrow, w[1].weight, { bias: w[1].bias, activation: "gelu" });
    const wide = yield* linearInBands(ops, mixed, w[3].weight, { bias: w[3].bias }); // [b, h, w, d]
    const spread = yield* depthwiseConv2dInBands(ops, wide, w[4].weight, { bias: w[4].bias, dilation: 2 });
    return attend(ops, w[5].attention, spread);
  }
  const normed = norm ? yield* layerNormInBands(ops, x, norm.weight, norm) : x; // [b, h, w, d]
  if (2 in w) {
    const narrow = yield* conv2dInBands(ops, normed, w[0].weight, { bias: w[0].bias, activation: "gelu" }); // [b, h, w, m]
    return attend(ops, w[3].attention, yield* conv2dInBands(ops, narrow, w[2].weight, { bias: w[2].bias }));
  }
  return attend(ops, w[1].attention, yield* depthwiseConv2dInBands(ops, normed, w[0].weight, { bias: w[0].bias }));
}

function attend(
  ops: Ops,
  w: Bound<ReturnType<typeof attentionWeights>>["attention"],
  features: Tensor,
): Attended {
  const [b, height, width, d] = features.shape as [number, number, number, number];
  const tokens = reshape(features, [b, height * width, d]);
  return { features, attention: ops.channelAttention(tokens, w[1], w[3]) }; // [b, h, w, d], [b, d]
}

/** The block, in place on the stream x [b, h, w, d]. */
export function* vssBlock(ops: Ops, w: VssBlockWeights, c: VssBlockConfig, x: Tensor): Generator<void, Tensor> {
  const norm = (weights: VssBlockWeights["ln_1"], epsilon: number) => ({ kind: "layer", ...weights, epsilon }) as const;
  {
    using _ = ops.scope();
    yield* ss2d(ops, w.self_attention, c, x, { norm: norm(w.ln_1, c.epsilon), into: x, scale: w.skip_scale });
  }
  using _ = ops.scope();
  yield* addAttended(ops, w.skip_scale2, x, yield* cab(ops, w.conv_blk, x, norm(w.ln_2, EPSILON)));
  return x;
}

/** x = x·scale + features·attention, in place. */
function* addAttended(ops: Ops, scale: Tensor, x: Tensor, { features, attention }: Attended): Generator<void, void> {
  const [b, height, width, d] = x.shape as [number, number, number, number], l = height * width;
  for (let image = 0; image < b; image++) {
    const factors = rowRange(attention, image, 1);
    for (const { first, count } of ops.bands(l, { multiplyAdds: MOVE * l * d })) {
      const part = (tensor: Tensor) => rowRange(tensor, image * l + first, count);
      ops.binary("multiply", part(features), factors, { into: part(x), scale });
      yield;
    }
  }
}
