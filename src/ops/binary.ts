import { BINARY_OPERATIONS, type BinaryOperation } from "../kernels.ts";
import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";
import { expectVector, fail } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of {@linkcode Ops.binary}. */
export interface BinaryOptions {
  /** Which row of b a row of a meets: `row` (default) repeats b over a, `image` gives each image one row of b. */
  readonly per?: "row" | "image";
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** Per-column factor on `into` before the sum. */
  readonly scale?: Tensor | undefined;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}

/** See {@linkcode Ops.binary}. */
export function binary(
  issue: Issue,
  operation: BinaryOperation,
  a: Tensor,
  b: Tensor,
  options: BinaryOptions,
): Tensor {
  const rows = rowsOf(a), bRows = rows === 0 ? 1 : rowsOf(b), columns = columnsOf(a), { scale } = options;
  if (columnsOf(b) !== columns || rows % bRows !== 0) {
    fail("binary", "b", `have ${columns} columns and a number of rows that divides ${rows}`, b);
  }
  if (operation === "rotate" && columns % 2 !== 0) fail("binary", "a", "have an even number of columns to rotate", a);
  expectVector("binary", "scale", scale, columns);
  const out = issue.target("binary", a.shape, options);
  issue.run("binary", { a, b, scale, out }, {
    rows,
    columns,
    aStride: a.stride,
    bStride: b.stride,
    outStride: out.stride,
    bRows,
    bRepeat: options.per === "image" ? rows / bRows : 1,
    operation: BINARY_OPERATIONS.indexOf(operation),
    accumulate: options.into ? 1 : 0,
  });
  return out;
}
