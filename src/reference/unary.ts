import { activate } from "./activation.ts";
import type { ReferenceKernel } from "./view.ts";

/** out = act(x), element by element. */
export const unary: ReferenceKernel<"unary"> = ({ x, out }, p) => {
  for (let r = 0; r < p.rows; r++) {
    for (let c = 0; c < p.columns; c++) {
      out.data[out.at + r * p.outStride + c] = activate(p.activation, p.slope, x.data[x.at + r * p.xStride + c]!);
    }
  }
};
