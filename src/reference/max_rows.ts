import type { ReferenceKernel } from "./view.ts";

/** Maximum over the rows of each image, column by column; NaN wins, as in `torch.max`. */
export const max_rows: ReferenceKernel<"max_rows"> = ({ x, out }, p) => {
  for (let b = 0; b < p.batch; b++) {
    for (let c = 0; c < p.columns; c++) {
      let largest = -Infinity;
      for (let r = 0; r < p.rows; r++) largest = Math.max(largest, x.data[x.at + (b * p.rows + r) * p.xStride + c]!);
      out.data[out.at + b * p.outStride + c] = largest;
    }
  }
};
