import type { ReferenceKernel } from "./view.ts";

/**
 * out[b, i] = x[b, index[i]], or extra[index[i] − rows] for an index past the rows of x; through[i] in place of i where there is
 * one; accumulate adds that to out. Weights lie in rows here, packed or not.
 */
export const gather_rows: ReferenceKernel<"gather_rows"> = ({ x, extra, index, through, out }, p) => {
  for (let b = 0; b < p.batch; b++) {
    for (let i = 0; i < p.count; i++) {
      const place = through ? through.data[through.at + i]! : i;
      if (place >= p.indices) {
        throw new RangeError(
          `Cannot run gather_rows as an index of an index must be below ${p.indices}: current value is ${place}`,
        );
      }
      const row = index.data[index.at + place]!;
      if (row >= p.rows + p.extraRows) {
        throw new RangeError(
          `Cannot run gather_rows as an index must be below ${p.rows + p.extraRows}: current value is ${row}`,
        );
      }
      const result = out.at + (b * p.count + i) * p.outStride;
      for (let c = 0; c < p.columns; c++) {
        const value = row < p.rows
          ? x.data[x.at + (b * p.rows + row) * p.xStride + c]!
          : extra!.data[extra!.at + (row - p.rows) * p.extraStride + c]!;
        out.data[result + c] = p.accumulate ? out.data[result + c]! + value : value;
      }
    }
  }
};
