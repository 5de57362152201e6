/**
 * What the reductions over the rows of an image share.
 *
 * @module
 */
import type { Tensor } from "../tensor.ts";
import { fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** One value per image and channel: [b, l, c] → [b, c]. */
export function reduceRows(issue: Issue, op: string, kernel: "mean_rows" | "max_rows", x: Tensor): Tensor {
  const [batch, rows, columns] = sequenceShape(op, x);
  if (rows === 0) fail(op, "x", "have at least one row", x);
  const out = issue.empty([batch, columns]);
  issue.run(kernel, { x, out }, { batch, rows, columns, xStride: x.stride, outStride: out.stride });
  return out;
}
