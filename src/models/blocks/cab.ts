/**
 * The convolution block with channel attention, `CAB` and `ChannelAttention` of csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, m narrow width.
 *
 * @module
 */
import { conv2dInBands, depthwiseConv2dInBands, layerNormInBands, linearInBands, MOVE } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Role } from "../../device.ts";
import type { LinearOptions, Ops, RowNormOptions } from "../../ops/ops.ts";
import { reshape, rowRange, type Tensor } from "../../tensor.ts";
import type { Biased } from "./spec.ts";

/**
 * Forms of the convolution block. `classic`: 3×3 to d/3 channels and back. The light super-resolution nets had three:
 * `light1` (2024-02, one depthwise 3×3), `light2` (2024-03, the classic one with d/6) and `light3` (since 2024-10,
 * 1×1 and depthwise 3×3 to d/2 and back). Official weights of all of them are around.
 */
export type CabForm = "classic" | "light1" | "light2" | "light3";

/** Channels per hidden unit of the channel attention. */
export const SQUEEZE = 30;

/** A convolution packed for another role than its official shape says. */
const convolution = (role: Role, shape: readonly number[], stored: readonly number[]): Biased => ({
  weight: tensor(role, shape, { stored }),
  bias: tensor("plain", [stored[0]!]),
});
const dense = (outer: number, inner: number) => convolution("conv2d", [outer, inner, 3, 3], [outer, inner, 3, 3]);
const point = (outer: number, inner: number) => convolution("linear", [outer, inner], [outer, inner, 1, 1]);
const depthwise = (width: number) => convolution("depthwise", [width, 3, 3], [width, 1, 3, 3]);

/** Tree of the weights of a channel attention. */
export type ChannelAttentionSpec = { readonly attention: { readonly 1: Biased; readonly 3: Biased } };

/** Weights of a channel attention over `width` channels, squeezed to ⌊width / 30⌋. */
export function channelAttentionWeights(width: number): ChannelAttentionSpec {
  const squeezed = Math.floor(width / SQUEEZE);
  return { attention: { 1: point(squeezed, width), 3: point(width, squeezed) } };
}

/** Weights of a channel attention on a device. */
export type ChannelAttentionWeights = Bound<ChannelAttentionSpec>;

const classicCab = (d: number, m: number) => ({ 0: dense(m, d), 2: dense(d, m), 3: channelAttentionWeights(d) });
const firstLightCab = (d: number) => ({ 0: depthwise(d), 1: channelAttentionWeights(d) });
const lightCab = (d: number, m: number) => ({
  0: point(m, d),
  1: depthwise(m),
  3: point(d, m),
  4: depthwise(d),
  5: channelAttentionWeights(d),
});

/** Tree of the weights of a CAB, by its form. */
export type CabSpec = {
  readonly cab:
    | { readonly 0: Biased; readonly 2: Biased; readonly 3: ChannelAttentionSpec }
    | { readonly 0: Biased; readonly 1: ChannelAttentionSpec }
    | {
      readonly 0: Biased;
      readonly 1: Biased;
      readonly 3: Biased;
      readonly 4: Biased;
      readonly 5: ChannelAttentionSpec;
    };
};

/** Shape of a CAB. */
export interface CabConfig {
  /** Channels in and out, d. */
  readonly width: number;
  /** Which form. */
  readonly cab: CabForm;
}

/** Weights of a CAB; the keys are those of the official state dict. */
export function cabWeights({ width: d, cab: form }: CabConfig): CabSpec {
  const cab = form === "light1"
    ? firstLightCab(d)
    : form === "light3"
    ? lightCab(d, Math.floor(d / 2))
    : classicCab(d, Math.floor(d / (form === "light2" ? 6 : 3)));
  return { cab };
}

/** Weights of a CAB on a device. */
export type CabWeights = Bound<CabSpec>;

/** What a CAB makes of an image, before the two are multiplied. */
export interface Attended {
  /** [b, h, w, d]. */
  readonly features: Tensor;
  /** One factor per image and channel, [b, d]. */
  readonly attention: Tensor;
}

/**
 * Convolutions and channel attention of x [b, h, w, d], or of its norm.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { attended, bind, cab, cabWeights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = { width: 60, cab: "light3" } as const, spec = cabWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 60).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, function* (ops) {
 *   return yield* attended(ops, yield* cab(ops, weights, ops.input(map, [1, 8, 12, 60])));
 * });
 * console.log(out.length === map.length); // true
 * ```
 */
export function* cab(ops: Ops, { cab: w }: CabWeights, x: Tensor, norm?: RowNormOptions): Generator<void, Attended> {
  if (5 in w) {
    const narrow = yield* linearInBands(ops, x, w[0].weight, { bias: w[0].bias, norm }); // [b, h, w, m]
    const mixed = yield* depthwiseConv2dInBands(ops, narrow, w[1].weight, { bias: w[1].bias, activation: "gelu" });
    const wide = yield* linearInBands(ops, mixed, w[3].weight, { bias: w[3].bias }); // [b, h, w, d]
    const spread = yield* depthwiseConv2dInBands(ops, wide, w[4].weight, { bias: w[4].bias, dilation: 2 });
    return channelAttention(ops, w[5], spread);
  }
  const normed = norm ? yield* layerNormInBands(ops, x, norm.weight, norm) : x; // [b, h, w, d]
  if (2 in w) {
    const narrow = yield* conv2dInBands(ops, normed, w[0].weight, { bias: w[0].bias, activation: "gelu" }); // [b, h, w, m]
    return channelAttention(ops, w[3], yield* conv2dInBands(ops, narrow, w[2].weight, { bias: w[2].bias }));
  }
  return channelAttention(ops, w[1], yield* depthwiseConv2dInBands(ops, normed, w[0].weight, { bias: w[0].bias }));
}

/**
 * Channel attention of x [b, h, w, d]: a factor per channel, out of the means over all pixels.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { attended, bind, channelAttention, channelAttentionWeights } from "@sidewinder/sidewinder/blocks";
 * import { initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const spec = channelAttentionWeights(60);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 60).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => {
 *   return attended(ops, channelAttention(ops, weights, ops.input(map, [1, 8, 12, 60])));
 * });
 * console.log(out.length === map.length); // true
 * ```
 */
export function channelAttention(ops: Ops, { attention: w }: ChannelAttentionWeights, x: Tensor): Attended {
  const [b, height, width, d] = x.shape as [number, number, number, number];
  return { features: x, attention: ops.channelAttention(reshape(x, [b, height * width, d]), w[1], w[3]) };
}

/** features·attention [b, h, w, d]; with `into`, into = into·scale + features·attention in place. */
export function* attended(
  ops: Ops,
  { features, attention }: Attended,
  { into, scale }: Pick<LinearOptions, "into" | "scale"> = {},
): Generator<void, Tensor> {
  const [b, height, width, d] = features.shape as [number, number, number, number], l = height * width;
  const out = into ?? ops.empty(features.shape);
  for (let image = 0; image < b; image++) {
    const factors = rowRange(attention, image, 1);
    for (const { first, count } of ops.bands(l, { multiplyAdds: MOVE * l * d })) {
      const part = (tensor: Tensor) => rowRange(tensor, image * l + first, count);
      ops.binary("multiply", part(features), factors, into ? { into: part(out), scale } : { out: part(out) });
      yield;
    }
  }
  return out;
}
