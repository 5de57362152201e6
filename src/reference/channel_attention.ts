import { ACTIVATIONS } from "../kernels.ts";
import { linear } from "./linear.ts";
import { mean_rows } from "./mean_rows.ts";
import type { ReferenceKernel, View } from "./view.ts";

/**
 * Mean over the rows of each image, two products with a relu between them, a sigmoid: one factor per image and channel.
 * Mirrors `ChannelAttention` of csguoh/MambaIR without its product with x.
 */
export const channel_attention: ReferenceKernel<"channel_attention"> = (
  { x, squeeze, squeezeBias, expand, expandBias, out },
  p,
) => {
  const numbers = (length: number): View => ({
    data: out.data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length),
    at: 0,
  });
  const mean = numbers(p.batch * p.columns), hidden = numbers(p.batch * p.hidden);
  mean_rows({ x, out: mean }, { ...p, outStride: p.columns });
  const common = { rows: p.batch, groups: 1, slope: 0, accumulate: 0, norm: 0, epsilon: 0 };
  linear({ x: mean, weight: squeeze, bias: squeezeBias, out: hidden }, {
    ...common,
    inner: p.columns,
    outer: p.hidden,
    xStride: p.columns,
    outStride: p.hidden,
    activation: ACTIVATIONS.indexOf("relu"),
  });
  linear({ x: hidden, weight: expand, bias: expandBias, out }, {
    ...common,
    inner: p.hidden,
    outer: p.columns,
    xStride: p.hidden,
    outStride: p.outStride,
    activation: ACTIVATIONS.indexOf("sigmoid"),
  });
};
