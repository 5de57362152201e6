import type { Tensor } from "../tensor.ts";
import { bandOf, epilogueParams, fail, imageShape } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Band, Epilogue } from "./options.ts";

/** Options of {@linkcode Ops.depthwiseConv2d}. */
export interface DepthwiseConv2dOptions extends Omit<Epilogue, "into" | "scale"> {
  /** Pixels from one tap to the next (1). */
  readonly dilation?: number;
  /** Rows of the result to compute now; all when absent. */
  readonly rows?: Band;
}

/** See {@linkcode Ops.depthwiseConv2d}. */
export function depthwiseConv2d(issue: Issue, x: Tensor, weight: Tensor, options: DepthwiseConv2dOptions): Tensor {
  const { bias, dilation = 1 } = options;
  const [batch, height, width, channels] = imageShape("depthwiseConv2d", x);
  const [filters, size] = weight.shape as [number, number];
  if (channels !== filters) fail("depthwiseConv2d", "x", `have ${filters} channels`, x);
  const out = issue.target("depthwiseConv2d", x.shape, options);
  const { first, count } = bandOf("depthwiseConv2d", options.rows, height);
  const { activation, slope } = epilogueParams("depthwiseConv2d", options, channels);
  issue.run("depthwise_conv2d", { x, weight, bias, out }, {
    batch,
    height,
    width,
    channels,
    size,
    dilation,
    xStride: x.stride,
    outStride: out.stride,
    activation,
    slope,
    firstRow: first,
    rowCount: count,
  });
  return out;
}
