import type { Tensor } from "../tensor.ts";
import { bandOf, expectCount, expectShape, fail, imageShape } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Band } from "./options.ts";

/** Options of {@linkcode Ops.attention}. */
export interface AttentionOptions {
  /** Heads; each has its own columns of q, k and v. */
  readonly heads: number;
  /** Side of a window; it divides both sides of the image. */
  readonly window: number;
  /** Pixels by which the image is shifted up and left before it is cut; 0 by default. */
  readonly shift?: number;
  /** Rows of windows to do now; all by default. */
  readonly rows?: Band;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}

/** Floats that a CPU kernel has for the keys, values and scores of a window. */
const MOST_ASIDE = 250_000;
/** Columns of a head that a GPU thread keeps at once. */
const MOST_HEAD_WIDTH = 256;

/** See {@linkcode Ops.attention}. */
export function attention(issue: Issue, x: Tensor, bias: Tensor, options: AttentionOptions): Tensor {
  const { heads, window, shift = 0 } = options, [batch, height, width, columns] = imageShape("attention", x);
  expectCount("attention", "heads", heads);
  expectCount("attention", "window", window);
  const headWidth = columns / heads / 3;
  if (!Number.isInteger(headWidth) || headWidth < 1) {
    fail("attention", "x", `have a number of channels that ${3 * heads} divides`, x);
  }
  if (height % window !== 0 || width % window !== 0) fail("attention", "x", `have sides that ${window} divides`, x);
  expectShape("attention", "bias", bias, [heads, 2 * window - 1, 2 * window - 1]);
  if (!(Number.isInteger(shift) && shift >= 0 && shift < window)) {
    throw new RangeError(
      `Cannot run attention as shift must be a whole number of at least 0 and below the window ${window}: current value is ${shift}`,
    );
  }
  if (headWidth > MOST_HEAD_WIDTH || (window ** 2 + 8) * (2 * headWidth + 24) > MOST_ASIDE) {
    throw new RangeError(
      `Cannot run attention as (window² + 8) · (2 · head width + 24) must be at most ${MOST_ASIDE} and the head width at ` +
        `most ${MOST_HEAD_WIDTH}: current window is ${window} and head width ${headWidth}`,
    );
  }
  const { first, count } = bandOf("attention", options.rows, height / window);
  const shape = [batch, height, width, heads * headWidth];
  const out = issue.target("attention", shape, options);
  issue.run("attention", { x, bias, out }, {
    batch,
    height,
    width,
    heads,
    headWidth,
    window,
    shift,
    xStride: x.stride,
    outStride: out.stride,
    firstRow: first,
    rowCount: count,
  });
  return out;
}
