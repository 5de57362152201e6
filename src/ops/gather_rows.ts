import { columnsOf, rowsOf, sizeOf, type Tensor } from "../tensor.ts";
import { fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Options of {@linkcode Ops.gatherRows}. */
export interface GatherOptions {
  /** Rows that indices past those of x lead to, for all images, [any, c]. */
  readonly extra?: Tensor | undefined;
  /** Which of the indices each row goes by, `Uint32`; one after the other by default. */
  readonly through?: Tensor | undefined;
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
  /** x is a weight of role `linear`, as [1, outer, inner]: a table that is multiplied by too is held once. */
  readonly packed?: boolean;
}

/** See {@linkcode Ops.gatherRows}. */
export function gatherRows(issue: Issue, x: Tensor, index: Tensor, options: GatherOptions): Tensor {
  const { extra, through, packed = false } = options;
  const [batch, rows, columns] = sequenceShape("gatherRows", x);
  if (packed && batch !== 1) fail("gatherRows", "x", "be [1, outer, inner] where it is packed", x);
  if (extra && columnsOf(extra) !== columns) fail("gatherRows", "extra", `have ${columns} columns`, extra);
  const indices = sizeOf(index.shape), count = through ? sizeOf(through.shape) : indices;
  const out = issue.target("gatherRows", [batch, count, columns], options);
  issue.run("gather_rows", { x, extra, index, through, out }, {
    batch,
    rows,
    extraRows: extra ? rowsOf(extra) : 0,
    count,
    columns,
    xStride: x.stride,
    extraStride: extra?.stride ?? 0,
    outStride: out.stride,
    packed: Number(packed),
    indices,
    accumulate: options.into ? 1 : 0,
  });
  return out;
}
