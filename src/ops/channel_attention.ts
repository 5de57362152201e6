import { MOST_COLUMNS_ASIDE } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";
import { expectShape, expectVector, fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** A weight of {@linkcode Ops.channelAttention} with its bias. */
export interface BiasedWeight {
  /** Role `linear`. */
  readonly weight: Tensor;
  /** One summand per output. */
  readonly bias?: Tensor | undefined;
}

const OP = "channelAttention";

/** See {@linkcode Ops.channelAttention}. */
export function channelAttention(issue: Issue, x: Tensor, squeeze: BiasedWeight, expand: BiasedWeight): Tensor {
  const [batch, rows, columns] = sequenceShape(OP, x), hidden = squeeze.weight.shape[0]!;
  if (rows === 0) fail(OP, "x", "have at least one row", x);
  if (Math.max(columns, hidden) > MOST_COLUMNS_ASIDE) fail(OP, "x", `have at most ${MOST_COLUMNS_ASIDE} channels`, x);
  expectShape(OP, "squeeze", squeeze.weight, [hidden, columns]);
  expectShape(OP, "expand", expand.weight, [columns, hidden]);
  expectVector(OP, "squeeze.bias", squeeze.bias, hidden);
  expectVector(OP, "expand.bias", expand.bias, columns);
  const out = issue.empty([batch, columns]);
  issue.run("channel_attention", {
    x,
    squeeze: squeeze.weight,
    squeezeBias: squeeze.bias,
    expand: expand.weight,
    expandBias: expand.bias,
    out,
  }, { batch, rows, columns, hidden, xStride: x.stride, outStride: out.stride });
  return out;
}
