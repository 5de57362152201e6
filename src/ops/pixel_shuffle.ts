import type { Params } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";
import { expectCount, fail, imageShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** See {@linkcode Ops.pixelShuffle}. */
export function pixelShuffle(issue: Issue, x: Tensor, scale: number, options: { readonly out?: Tensor }): Tensor {
  const [batch, height, width, deep] = imageShape("pixelShuffle", x);
  expectCount("pixelShuffle", "scale", scale);
  if (deep % scale ** 2 !== 0) fail("pixelShuffle", "x", `have a number of channels that ${scale ** 2} divides`, x);
  const channels = deep / scale ** 2;
  const out = issue.target("pixelShuffle", [batch, height * scale, width * scale, channels], options);
  return shuffle(issue, x, out, { batch, height, width, channels, scale, inverse: 0 });
}

/** See {@linkcode Ops.pixelUnshuffle}. */
export function pixelUnshuffle(issue: Issue, x: Tensor, scale: number): Tensor {
  const [batch, tall, wide, channels] = imageShape("pixelUnshuffle", x);
  expectCount("pixelUnshuffle", "scale", scale);
  if (tall % scale !== 0 || wide % scale !== 0) fail("pixelUnshuffle", "x", `have sides that ${scale} divides`, x);
  const height = tall / scale, width = wide / scale;
  const out = issue.empty([batch, height, width, channels * scale ** 2]);
  return shuffle(issue, x, out, { batch, height, width, channels, scale, inverse: 1 });
}

function shuffle(
  issue: Issue,
  x: Tensor,
  out: Tensor,
  params: Omit<Params<"pixel_shuffle">, "xStride" | "outStride">,
): Tensor {
  issue.run("pixel_shuffle", { x, out }, { ...params, xStride: x.stride, outStride: out.stride });
  return out;
}
