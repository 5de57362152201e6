import type { ReferenceKernel } from "./view.ts";

/** Mean over the rows of each image, column by column. */
export const mean_rows: ReferenceKernel<"mean_rows"> = ({ x, out }, p) => {
  for (let b = 0; b < p.batch; b++) {
    for (let c = 0; c < p.columns; c++) {
      let sum = 0;
      for (let r = 0; r < p.rows; r++) sum += x.data[x.at + (b * p.rows + r) * p.xStride + c]!;
      out.data[out.at + b * p.outStride + c] = sum / p.rows;
    }
  }
};
