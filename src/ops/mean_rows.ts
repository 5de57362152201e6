import type { Tensor } from "../tensor.ts";
import type { Issue } from "./issue.ts";
import { reduceRows } from "./reduce_rows.ts";

/** See {@linkcode Ops.meanRows}. */
export function meanRows(issue: Issue, x: Tensor): Tensor {
  return reduceRows(issue, "meanRows", "mean_rows", x);
}
