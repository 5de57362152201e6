import type { Tensor } from "../tensor.ts";
import type { Issue } from "./issue.ts";
import { reduceRows } from "./reduce_rows.ts";

/** See {@linkcode Ops.maxRows}. */
export function maxRows(issue: Issue, x: Tensor): Tensor {
  return reduceRows(issue, "maxRows", "max_rows", x);
}
