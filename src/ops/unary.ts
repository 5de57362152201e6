import type { Activation } from "../kernels.ts";
import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";
import { activationCode } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of {@linkcode Ops.unary}. */
export interface UnaryOptions {
  /** Slope of `leakyRelu`. */
  readonly slope?: number;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}

/** See {@linkcode Ops.unary}. */
export function unary(issue: Issue, x: Tensor, activation: Activation, options: UnaryOptions): Tensor {
  const out = issue.target("unary", x.shape, options);
  issue.run("unary", { x, out }, {
    rows: rowsOf(x),
    columns: columnsOf(x),
    xStride: x.stride,
    outStride: out.stride,
    activation: activationCode("unary", activation),
    slope: options.slope ?? 0,
  });
  return out;
}
