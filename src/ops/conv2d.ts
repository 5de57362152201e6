import { MOST_CONV_CHANNELS, MOST_TAPS } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";
import { bandOf, epilogueParams, expectAtMost, expectCount, fail, imageShape, weightShape } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Band, Epilogue } from "./options.ts";

/** Options of {@linkcode Ops.conv2d}. */
export interface Conv2dOptions extends Epilogue {
  /** Pixels from one window to the next (1). */
  readonly stride?: number;
  /** Zeros on each side (0). */
  readonly padding?: number;
  /** Rows of the result to compute now; all when absent. */
  readonly rows?: Band;
}

type Sizes = readonly [outChannels: number, inChannels: number, height: number, width: number];
const AXES = ["outChannels", "inChannels", "height", "width"];

/** See {@linkcode Ops.conv2d}. */
export function conv2d(issue: Issue, x: Tensor, weight: Tensor, options: Conv2dOptions): Tensor {
  const { stride = 1, padding = 0, bias, scale } = options;
  const [batch, height, width, channels] = imageShape("conv2d", x);
  const [outChannels, inChannels, kernelHeight, kernelWidth] = weightShape("conv2d", weight, AXES) as Sizes;
  expectCount("conv2d", "the height of the filter", kernelHeight);
  expectCount("conv2d", "the width of the filter", kernelWidth);
  expectCount("conv2d", "stride", stride);
  expectCount("conv2d", "padding", padding, 0);
  if (channels !== inChannels) fail("conv2d", "x", `have ${inChannels} channels`, x);
  if (height + 2 * padding < kernelHeight || width + 2 * padding < kernelWidth) {
    fail("conv2d", "x", `be at least ${kernelHeight} × ${kernelWidth} with its padding`, x);
  }
  expectAtMost("conv2d", "the number of taps", kernelHeight * kernelWidth, MOST_TAPS);
  expectAtMost("conv2d", "the number of input channels", inChannels, MOST_CONV_CHANNELS);
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  const out = issue.target("conv2d", [batch, outHeight, outWidth, outChannels], options);
  const { first, count } = bandOf("conv2d", options.rows, outHeight);
  issue.run("conv2d", { x, weight, bias, scale, out }, {
    batch,
    height,
    width,
    inChannels,
    outChannels,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    xStride: x.stride,
    outStride: out.stride,
    ...epilogueParams("conv2d", options, outChannels),
    firstRow: first,
    rowCount: count,
  });
  return out;
}
