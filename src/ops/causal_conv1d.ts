import { type Activation, MOST_CAUSAL } from "../kernels.ts";
import { columnsOf, type Tensor } from "../tensor.ts";
import {
  activationCode,
  carryBits,
  expectAtMost,
  expectCount,
  expectShape,
  expectVector,
  fail,
  sequenceShape,
  walkParams,
  weightShape,
} from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Carry, Walk } from "./options.ts";

/** Options of {@linkcode Ops.causalConv1d}. */
export interface CausalConv1dOptions extends Walk {
  /** One value per direction and channel, added before the activation. */
  readonly bias?: Tensor | undefined;
  /** `none` by default. */
  readonly activation?: Activation;
  /** State from or for another call, [b, k, w − 1, c]. */
  readonly carry?: Carry;
}

/** See {@linkcode Ops.causalConv1d}. */
export function causalConv1d(issue: Issue, x: Tensor, weight: Tensor, options: CausalConv1dOptions): Tensor {
  const [batch, length] = sequenceShape("causalConv1d", x);
  const [directions, channels, width] = weightShape("causalConv1d", weight, [
    "directions",
    "channels",
    "width",
  ]) as readonly [number, number, number];
  expectCount("causalConv1d", "the width of the filter", width);
  expectAtMost("causalConv1d", "width + channels", width + channels, MOST_CAUSAL);
  const shared = columnsOf(x) === channels;
  if (!shared && columnsOf(x) !== directions * channels) {
    fail("causalConv1d", "x", `have ${channels} or ${directions * channels} columns`, x);
  }
  const { bias, carry, table } = options, state = carry?.state;
  expectVector("causalConv1d", "bias", bias, directions * channels);
  if (state) expectShape("causalConv1d", "state", state, [batch, directions, width - 1, channels]);
  const out = issue.empty([batch, length, directions * channels]);
  issue.run("causal_conv1d", { x, weight, bias, order: table, state, out }, {
    batch,
    length,
    channels,
    width,
    directions,
    ...walkParams("causalConv1d", options, directions, length),
    xStride: x.stride,
    xStep: shared ? 0 : channels,
    outStride: out.stride,
    activation: activationCode("causalConv1d", options.activation ?? "none"),
    carry: carryBits(carry),
  });
  return out;
}
