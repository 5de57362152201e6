import { columnsOf, rowsOf, sizeOf, type Tensor } from "../tensor.ts";
import { fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of {@linkcode Ops.gatherRows}. */
export interface GatherOptions {
  /** Rows that indices past those of x lead to, for all images, [any, c]. */
  readonly extra?: Tensor | undefined;
  /** x is a weight of role `linear`, as [1, outer, inner]: a table that is multiplied by too is held once. */
  readonly packed?: boolean;
}

/** See {@linkcode Ops.gatherRows}. */
export function gatherRows(issue: Issue, x: Tensor, index: Tensor, { extra, packed = false }: GatherOptions): Tensor {
  const [batch, rows, columns] = sequenceShape("gatherRows", x);
  if (packed && batch !== 1) fail("gatherRows", "x", "be [1, outer, inner] where it is packed", x);
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
    packed: Number(packed),
  });
  return out;
}
