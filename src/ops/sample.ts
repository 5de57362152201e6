import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";
import { fail } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of {@linkcode Ops.sample}. */
export interface SampleOptions {
  /** Divides the logits; 0 (default) takes the largest. */
  readonly temperature?: number;
  /** How many of the largest logits are kept, and those equal to the last of them; 0 (default): all. */
  readonly topK?: number;
  /** Share of the probability that is kept, largest first; 1 (default): all. */
  readonly topP?: number;
  /** Seed of the noise; 0 by default. */
  readonly seed?: number;
}

/** Keeps the largest alone, as any smaller share does; single precision has no far smaller ones. */
const LEAST_SHARE = 2 ** -100;

/** See {@linkcode Ops.sample}. */
export function sample(issue: Issue, x: Tensor, options: SampleOptions): Tensor {
  const { temperature = 0, topK = 0, topP = 1, seed = 0 } = options;
  const rows = rowsOf(x), columns = columnsOf(x);
  if (columns === 0 || columns > 1 << 24) fail("sample", "x", `have 1 to ${1 << 24} columns`, x);
  for (
    const [name, value, wish, fits] of [
      ["temperature", temperature, "be at least 0", temperature >= 0 && temperature < Infinity],
      ["topK", topK, "be a whole number of at least 0", Number.isInteger(topK) && topK >= 0],
      ["topP", topP, "be above 0 and at most 1", topP > 0 && topP <= 1],
      ["seed", seed, "be a whole number from 0 to 2³² − 1", Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32],
    ] as const
  ) {
    if (!fits) throw new RangeError(`Cannot run sample as ${name} must ${wish}: current value is ${value}`);
  }
  const out = issue.empty([rows, 1]);
  issue.run("sample", { x, out }, {
    rows,
    columns,
    xStride: x.stride,
    outStride: out.stride,
    temperature,
    topK: Math.min(topK, columns),
    topP: Math.max(topP, LEAST_SHARE),
    seed,
  });
  return out;
}
