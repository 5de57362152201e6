/**
 * MambaOut (Yu & Wang, CVPR 2025, arXiv 2405.07992): Mamba blocks without the scan, four stages over an image that shrinks.
 * Mirrors `MambaOut` of yuweihao/MambaOut; any image size works.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, type Tensor } from "../../tensor.ts";
import { gatedCnn, gatedCnnWeights } from "../blocks/gated_cnn.ts";
import type { MambaOutConfig } from "./options.ts";

const EPSILON = 1e-6;

const norm = (d: number) => ({ weight: tensor("plain", [d]), bias: tensor("plain", [d]) });
const conv = (outer: number, inner: number) => ({
  weight: tensor("conv2d", [outer, inner, 3, 3]),
  bias: tensor("plain", [outer]),
});
const product = (outer: number, inner: number) => ({
  weight: tensor("linear", [outer, inner]),
  bias: tensor("plain", [outer]),
});

/** Weights of a MambaOut; the keys are those of the official state dict. */
export function mambaoutWeights(c: MambaOutConfig) {
  const widths = c.blocks.map(({ width }) => width), d = widths[0]!, last = widths.at(-1)!, half = Math.floor(d / 2);
  const stem = { conv1: conv(half, c.channels), norm1: norm(half), conv2: conv(d, half), norm2: norm(d) };
  const between = widths.slice(1).map((to, s) => ({ conv: conv(to, widths[s]!), norm: norm(to) }));
  return {
    downsample_layers: [stem, ...between],
    stages: c.depths.map((depth, s) => Array.from({ length: depth }, () => gatedCnnWeights(c.blocks[s]!))),
    norm: norm(last),
    head: c.classes > 0
      ? { fc1: product(4 * last, last), norm: norm(4 * last), fc2: product(c.classes, 4 * last) }
      : undefined,
  };
}

/** Weights of a MambaOut on a device. */
export type MambaOutWeights = Bound<ReturnType<typeof mambaoutWeights>>;

type ConvWeights = Bound<ReturnType<typeof conv>>;
type NormWeights = Bound<ReturnType<typeof norm>>;

/** Image [b, h, w, channels], normalised, to logits [b, classes], or to features [b, d] without a head. */
export function* mambaout(
  ops: Ops,
  w: MambaOutWeights,
  c: MambaOutConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  if (image.shape.length !== 4 || image.shape[3] !== c.channels) {
    throw new TypeError(
      `Cannot run MambaOut as image must have the shape [batch, height, width, ${c.channels}]: current shape is [${
        image.shape.join(", ")
      }]`,
    );
  }
  let x = image;
  for (const [s, down] of w.downsample_layers.entries()) {
    if ("conv1" in down) {
      const half = ops.unary(shrink(ops, down.conv1, down.norm1, x), "gelu"); // [b, h/2, w/2, d/2]
      x = shrink(ops, down.conv2, down.norm2, half); // [b, h/4, w/4, d]
    } else x = shrink(ops, down.conv, down.norm, x);
    yield;
    tap?.(`downsample_layers.${s}`, x);
    for (const [j, block] of w.stages[s]!.entries()) {
      yield* gatedCnn(ops, block, c.blocks[s]!, x);
      tap?.(`layer.${s}.${j}`, x);
    }
  }
  const [b, height, width, d] = x.shape as [number, number, number, number];
  const mean = ops.meanRows(reshape(x, [b, height * width, d])); // [b, d]
  const features = layerNorm(ops, w.norm, mean);
  tap?.("features", features);
  if (!w.head) return features;
  const { fc1, fc2 } = w.head;
  const hidden = ops.linear(features, fc1.weight, { bias: fc1.bias, activation: "gelu" }); // [b, 4d]
  return ops.linear(layerNorm(ops, w.head.norm, hidden), fc2.weight, { bias: fc2.bias });
}

function layerNorm(ops: Ops, n: NormWeights, x: Tensor): Tensor {
  return ops.layerNorm(x, n.weight, { bias: n.bias, epsilon: EPSILON });
}

function shrink(ops: Ops, c: ConvWeights, n: NormWeights, x: Tensor): Tensor {
  return layerNorm(ops, n, ops.conv2d(x, c.weight, { bias: c.bias, stride: 2, padding: 1 }));
}
