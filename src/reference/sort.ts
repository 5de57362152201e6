import { mixBits } from "../kernels.ts";
import type { ReferenceKernel } from "./view.ts";

/** Noise of the standard Gumbel distribution, the one that belongs to element `i` under a seed. */
export function gumbel(i: number, seed: number): number {
  return -Math.log(-Math.log(((mixBits(i ^ seed) >>> 9) + 0.5) / 2 ** 23));
}

/**
 * The class of a row is the column of its largest x + noise, the first one of equals; a NaN is never the largest. Rows are
 * sorted by class, those of a class stay in order:
 *
 *     out[b, 0, i] = row at place i      out[b, 1, r] = place of row r      out[b, 2, r] = class of row r
 *
 * all as u32. `random` adds the Gumbel noise of `seed`, so that a class is drawn with the probability softmax(x).
 */
export const sort: ReferenceKernel<"sort"> = ({ x, noise, out }, p) => {
  for (let b = 0; b < p.batch; b++) {
    const order = out.at + b * 3 * p.outStride, places = order + p.outStride, classes = places + p.outStride;
    for (let r = 0; r < p.rows; r++) {
      let best = -Infinity, chosen = 0;
      for (let c = 0; c < p.columns; c++) {
        const row = b * p.rows + r;
        let value = x.data[x.at + row * p.xStride + c]!;
        if (noise) value += noise.data[noise.at + row * p.noiseStride + c]!;
        if (p.random) value += gumbel(row * p.columns + c, p.seed);
        if (value > best) [best, chosen] = [value, c];
      }
      out.data[classes + r] = chosen;
    }
    let place = 0;
    for (let c = 0; c < p.columns; c++) {
      for (let r = 0; r < p.rows; r++) {
        if (out.data[classes + r] !== c) continue;
        out.data[order + place] = r;
        out.data[places + r] = place++;
      }
    }
  }
};
