import { columnsOf, rowsOf, sizeOf, type Tensor } from "../tensor.ts";
import { fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** See {@linkcode Ops.gatherRows}. */
export function gatherRows(issue: Issue, x: Tensor, index: Tensor, extra: Tensor | undefined): Tensor {
  const [batch, rows, columns] = sequenceShape("gatherRows", x);
  if (extra && columnsOf(extra) !== columns) fail("gatherRows", "extra", `have ${columns} columns`, extra);
  const count = sizeOf(index.shape);
  const out = issue.empty([batch, count, columns]);
  issue.run("gather_rows", { x, extra, index, out }, {
    batch,
    rows,
    extraRows: extra ? rowsOf(extra) : 0,
    count,
    columns,
    xStride: x.stride,
    extraStride: extra?.stride ?? 0,
    outStride: out.stride,
  });
  return out;
}
