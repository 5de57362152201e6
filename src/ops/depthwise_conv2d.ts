import { MOST_PIXELS } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";
import { bandOf, epilogueParams, expectAtMost, expectCount, expectShape, fail } from "./checks.ts";
import { imageShape, weightShape } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Band, Epilogue } from "./options.ts";

/** Options of {@linkcode Ops.depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends Omit<Epilogue, "into" | "scale"> {
  /** What the activated sum is multiplied by, of the shape of x. */
  readonly factor?: Tensor | undefined;
  /** Pixels from one tap to the next (1). */
  readonly dilation?: number;
  /** Rows of the result to compute now; all when absent. */
  readonly rows?: Band;
}

const OP = "depthwiseConv2d";

/** See {@linkcode Ops.depthwiseConv2d}. */
export function depthwiseConv2d(issue: Issue, x: Tensor, weight: Tensor, options: DepthwiseConv2dOptions): Tensor {
  const { bias, factor, dilation = 1 } = options;
  const [batch, height, width, channels] = imageShape(OP, x);
  const [filters, size, other] = weightShape(OP, weight, ["channels", "size", "size"]) as [number, number, number];
  if (size !== other || size % 2 === 0) fail(OP, "weight", "be [channels, size, size] with an odd size", weight);
  expectCount(OP, "dilation", dilation);
  expectAtMost(OP, "dilation · size", dilation * size, MOST_PIXELS);
  if (channels !== filters) fail(OP, "x", `have ${filters} channels`, x);
  if (factor) expectShape(OP, "factor", factor, x.shape);
  const out = issue.target(OP, x.shape, options);
  const { first, count } = bandOf(OP, options.rows, height);
  const { activation, slope } = epilogueParams(OP, options, channels);
  issue.run("depthwise_conv2d", { x, weight, bias, factor, out }, {
    batch,
    height,
    width,
    channels,
    size,
    dilation,
    xStride: x.stride,
    factorStride: factor?.stride ?? 0,
    outStride: out.stride,
    activation,
    slope,
    firstRow: first,
    rowCount: count,
  });
  return out;
}
