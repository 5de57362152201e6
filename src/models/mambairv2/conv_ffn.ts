/**
 * The feed-forward nets of MambaIRv2: two products with a 5 × 5 depthwise convolution between them. Mirrors `ConvFFN` of
 * mambairv2_arch.py and `GatedMLP` of mambairv2light_arch.py (csguoh/MambaIR).
 *
 * Glossary: b batch, h × w pixels, d width, m hidden width.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import { depthwiseConv2dInBands, layerNormInBands, linearInBands } from "../../ops/bands.ts";
import type { Ops, RowNormOptions } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";

/** Shape of a feed-forward net. */
export interface ConvFfnConfig {
  readonly width: number;
  readonly hidden: number;
  /** Side of the convolution. */
  readonly size: number;
  /** `light`: half of the hidden channels are convolved and gate the other half; `base`: the convolution is added. */
  readonly form: "base" | "light";
}

const EPSILON = 1e-5;

/** Weights of a feed-forward net; the keys are those of the official state dict. */
export function convFfnWeights({ width: d, hidden: m, size, form }: ConvFfnConfig) {
  const filters = (channels: number) => ({
    weight: tensor("depthwise", [channels, size, size], { stored: [channels, 1, size, size] }),
    bias: tensor("plain", [channels]),
  });
  const product = (outer: number, inner: number) => ({
    weight: tensor("linear", [outer, inner]),
    bias: tensor("plain", [outer]),
  });
  const half = m / 2;
  if (form === "base") {
    return { fc1: product(m, d), dwconv: { depthwise_conv: { 0: filters(m) } }, fc2: product(d, m) };
  }
  const norm = { weight: tensor("plain", [half]), bias: tensor("plain", [half]) };
  return { fc1: product(m, d), sg: { norm, conv: filters(half) }, fc2: product(d, half) };
}

/** Weights of a feed-forward net on a device. */
export type ConvFfnWeights = Bound<ReturnType<typeof convFfnWeights>>;

/** Adds the net of the norm of x [b, h, w, d] to x. */
export function* convFfn(
  ops: Ops,
  w: ConvFfnWeights,
  { hidden: m }: ConvFfnConfig,
  x: Tensor,
  norm: RowNormOptions,
): Generator<void, void> {
  using _ = ops.scope();
  const wide = yield* linearInBands(ops, x, w.fc1.weight, { bias: w.fc1.bias, activation: "gelu", norm }); // [b, h, w, m]
  let mixed: Tensor;
  if (w.sg) {
    const { norm: { weight, bias }, conv } = w.sg, right = columns(wide, m / 2, m / 2);
    const normed = yield* layerNormInBands(ops, right, weight, { bias, epsilon: EPSILON }); // [b, h, w, m/2]
    const gated = { bias: conv.bias, factor: columns(wide, 0, m / 2) };
    mixed = yield* depthwiseConv2dInBands(ops, normed, conv.weight, gated); // [b, h, w, m/2]
  } else {
    const { weight, bias } = w.dwconv!.depthwise_conv[0];
    mixed = ops.add(wide, yield* depthwiseConv2dInBands(ops, wide, weight, { bias, activation: "gelu" })); // [b, h, w, m]
  }
  yield* linearInBands(ops, mixed, w.fc2.weight, { bias: w.fc2.bias, into: x });
}
