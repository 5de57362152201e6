import { MOST_COLUMNS_ASIDE } from "../kernels.ts";
import { rowRange, type Tensor } from "../tensor.ts";
import { expectShape, fail, sequenceShape } from "./checks.ts";
import type { Issue } from "./issue.ts";

/** Noise that is added before the largest column is found; none by default. */
export interface SortOptions {
  /** Given noise, of the shape of x. */
  readonly noise?: Tensor | undefined;
  /** A whole number: Gumbel noise that it decides, so that a class is drawn with the probability softmax(x). */
  readonly seed?: number | undefined;
}

/** The order of one image; all are `Uint32` [l]. */
export interface SortedRows {
  /** The row at each place. */
  readonly order: Tensor;
  /** The place of each row. */
  readonly places: Tensor;
  /** The class of each row. */
  readonly classes: Tensor;
}

/** Most rows of an image: workgroups of 64 in one dimension of a dispatch. */
const MOST_ROWS = 64 * 65535;

/** See {@linkcode Ops.sort}. */
export function sort(issue: Issue, x: Tensor, { noise, seed }: SortOptions): SortedRows[] {
  const [batch, rows, columns] = sequenceShape("sort", x);
  if (columns < 1 || columns > MOST_COLUMNS_ASIDE) {
    fail("sort", "x", `have 1 to ${MOST_COLUMNS_ASIDE} columns`, x);
  }
  if (rows > MOST_ROWS) fail("sort", "x", `have at most ${MOST_ROWS} rows`, x);
  if (noise) expectShape("sort", "noise", noise, x.shape);
  const out = issue.empty([batch, 3, rows]);
  issue.run("sort", { x, noise, out }, {
    batch,
    rows,
    columns,
    xStride: x.stride,
    noiseStride: noise?.stride ?? 0,
    outStride: out.stride,
    random: seed === undefined ? 0 : 1,
    seed: (seed ?? 0) >>> 0,
  });
  const part = (image: number, i: number) => rowRange(out, 3 * image + i, 1);
  return Array.from(
    { length: batch },
    (_, image) => ({ order: part(image, 0), places: part(image, 1), classes: part(image, 2) }),
  );
}
