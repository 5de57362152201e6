import { MOST_COLUMNS_ASIDE, ROW_NORMS, type RowNorm } from "../kernels.ts";
import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";
import { epilogueParams, expectVector, fail } from "./checks.ts";
import type { Issue } from "./issue.ts";
import type { Epilogue } from "./options.ts";

/** A norm that the rows of x pass before they are multiplied. */
export interface RowNormOptions {
  /** Root mean square, or mean and variance. */
  readonly kind: Exclude<RowNorm, "none">;
  /** One factor per column. */
  readonly weight: Tensor;
  /** One summand per column, of a layer norm. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Options of {@linkcode Ops.linear}. */
export interface LinearOptions extends Epilogue {
  /** Norm of each row of x, or of each group's columns in it, with the bits of the norm as an op of its own. */
  readonly norm?: RowNormOptions | undefined;
}

/** See {@linkcode Ops.linear}. */
export function linear(issue: Issue, x: Tensor, weight: Tensor, options: LinearOptions): Tensor {
  const { bias, scale, norm } = options;
  if (weight.shape.length < 2 || weight.shape.length > 3) {
    fail("linear", "weight", "be [outer, inner] or [groups, outer, inner]", weight);
  }
  const [outer, inner] = weight.shape.slice(-2) as [number, number];
  const groups = weight.shape.length === 3 ? weight.shape[0]! : 1;
  if (columnsOf(x) !== groups * inner) fail("linear", "x", `have ${groups * inner} columns`, x);
  if (norm) expectRowNorm(x, norm, groups, inner);
  const epilogue = epilogueParams("linear", options, groups * outer);
  const out = issue.target("linear", [...x.shape.slice(0, -1), groups * outer], options);
  issue.run("linear", { x, weight, bias, scale, normWeight: norm?.weight, normBias: norm?.bias, out }, {
    rows: rowsOf(x),
    inner,
    outer,
    groups,
    xStride: x.stride,
    outStride: out.stride,
    ...epilogue,
    norm: ROW_NORMS.indexOf(norm?.kind ?? "none"),
    epsilon: norm?.epsilon ?? 0,
  });
  return out;
}

function expectRowNorm(x: Tensor, { kind, weight, bias }: RowNormOptions, groups: number, inner: number): void {
  expectVector("linear", "norm.weight", weight, groups * inner);
  if (kind === "layer") expectVector("linear", "norm.bias", bias, groups * inner);
  else if (bias) fail("linear", "norm.bias", "be absent with a root mean square", bias);
  if (inner > MOST_COLUMNS_ASIDE) fail("linear", "x", `have at most ${MOST_COLUMNS_ASIDE} columns to norm`, x);
}
