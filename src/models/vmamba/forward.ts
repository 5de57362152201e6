/**
 * VMamba (Liu et al. 2024, arXiv 2401.10166): stages of four-direction scans over an image that shrinks from one to the
 * next. Mirrors `VSSM` of MzeroMiko/VMamba in its two releases; any image size works.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { layerNormInBands } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, type Tensor } from "../../tensor.ts";
import { patchMerging, patchMergingWeights } from "../blocks/patch_merging.ts";
import { vmambaBlock, vmambaBlockWeights } from "../blocks/vmamba_block.ts";
import type { VMambaConfig } from "./options.ts";

const EPSILON = 1e-5;

const norm = (d: number) => ({ weight: tensor("plain", [d]), bias: tensor("plain", [d]) });
const conv = (outer: number, inner: number, side: number) => ({
  weight: tensor("conv2d", [outer, inner, side, side]),
  bias: tensor("plain", [outer]),
});
const product = (outer: number, inner: number) => ({
  weight: tensor("linear", [outer, inner]),
  bias: tensor("plain", [outer]),
});

/** One convolution over patches of 4 × 4 pixels (v1), or two over overlapping ones (v2). */
function embedWeights({ patchEmbed, channels }: VMambaConfig, d: number) {
  const two = patchEmbed === "v2", half = two ? Math.floor(d / 2) : d;
  return {
    0: conv(half, channels, two ? 3 : 4),
    2: norm(half),
    5: two ? conv(d, half, 3) : undefined,
    7: two ? norm(d) : undefined,
  };
}
const strided = (from: number, to: number) => ({ 1: conv(to, from, 3), 3: norm(to) });

/** Weights of a VMamba; the keys are those of the released files. */
export function vmambaWeights(c: VMambaConfig) {
  const widths = c.stages.map(({ op }) => op.width), d = widths[0]!, last = widths.at(-1)!;
  return {
    patch_embed: embedWeights(c, d),
    layers: c.stages.map((stage, s) => ({
      blocks: Array.from({ length: stage.depth }, () => vmambaBlockWeights(stage)),
      downsample: s + 1 === widths.length
        ? undefined
        : c.downsample === "v1"
        ? patchMergingWeights(widths[s]!, widths[s + 1]!)
        : strided(widths[s]!, widths[s + 1]!),
    })),
    classifier: { norm: norm(last), head: c.classes > 0 ? product(c.classes, last) : undefined },
  };
}

/** Weights of a VMamba on a device. */
export type VMambaWeights = Bound<ReturnType<typeof vmambaWeights>>;

/** Image [b, h, w, channels], normalised, to logits [b, classes], or to features [b, d] without a head. */
export function* vmamba(
  ops: Ops,
  w: VMambaWeights,
  c: VMambaConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  if (image.shape.length !== 4 || image.shape[3] !== c.channels) {
    throw new TypeError(
      `Cannot run VMamba as image must have the shape [batch, height, width, ${c.channels}]: current shape is [${
        image.shape.join(", ")
      }]`,
    );
  }
  let x = embed(ops, w.patch_embed, image); // [b, h/4, w/4, d]
  yield;
  tap?.("patch_embed", x);
  for (const [s, { blocks, downsample }] of w.layers.entries()) {
    for (const [j, block] of blocks.entries()) {
      yield* vmambaBlock(ops, block, c.stages[s]!, x);
      tap?.(`layer.${s}.${j}`, x);
    }
    if (downsample && "reduction" in downsample) x = yield* patchMerging(ops, downsample, x); // [b, ⌈h/2⌉, ⌈w/2⌉, d of the next]
    else if (downsample) x = convNorm(ops, downsample[1], downsample[3], x, 2, 1);
    yield;
    tap?.(`layer.${s}`, x);
  }
  const [b, height, width, d] = x.shape as [number, number, number, number];
  const { weight, bias } = w.classifier.norm, { head } = w.classifier;
  const normed = yield* layerNormInBands(ops, x, weight, { bias, epsilon: EPSILON });
  const features = ops.meanRows(reshape(normed, [b, height * width, d])); // [b, d]
  tap?.("features", features);
  return head ? ops.linear(features, head.weight, { bias: head.bias }) : features;
}

type ConvWeights = Bound<ReturnType<typeof conv>>;
type NormWeights = Bound<ReturnType<typeof norm>>;

function convNorm(ops: Ops, c: ConvWeights, n: NormWeights, x: Tensor, stride: number, padding: number): Tensor {
  const convolved = ops.conv2d(x, c.weight, { bias: c.bias, stride, padding });
  return ops.layerNorm(convolved, n.weight, { bias: n.bias, epsilon: EPSILON });
}

function embed(ops: Ops, w: VMambaWeights["patch_embed"], image: Tensor): Tensor {
  if (!w[5] || !w[7]) return convNorm(ops, w[0], w[2], image, 4, 0); // [b, h/4, w/4, d]
  const half = ops.unary(convNorm(ops, w[0], w[2], image, 2, 1), "gelu"); // [b, h/2, w/2, d/2]
  return convNorm(ops, w[5], w[7], half, 2, 1);
}
