/**
 * What the two norms as ops of their own share.
 *
 * @module
 */
import { columnsOf, rowsOf, sizeOf, type Tensor } from "../tensor.ts";
import { expectShape, fail } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of a norm. */
export interface NormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** x is added to this in place, and the sum is normalised. */
  readonly residual?: Tensor | undefined;
  /** The result is multiplied by silu(gate). */
  readonly gate?: Tensor | undefined;
  /** A tensor the result is written to. */
  readonly out?: Tensor | undefined;
}

/** Checks what both norms take; gives the tensor they write and their parameters. */
export function normCall(issue: Issue, op: string, x: Tensor, weight: Tensor, options: NormOptions) {
  const { epsilon, residual, gate, out: given } = options, columns = columnsOf(x);
  if (sizeOf(weight.shape) !== columns) fail(op, "weight", `have ${columns} elements`, weight);
  if (residual) expectShape(op, "residual", residual, x.shape);
  if (gate) expectShape(op, "gate", gate, x.shape);
  const out = issue.target(op, x.shape, given ? { out: given } : {});
  const params = {
    rows: rowsOf(x),
    columns,
    epsilon,
    xStride: x.stride,
    residualStride: residual?.stride ?? 0,
    gateStride: gate?.stride ?? 0,
    outStride: out.stride,
  };
  return { out, params };
}
