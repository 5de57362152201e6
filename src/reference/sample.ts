import type { ReferenceKernel } from "./view.ts";

/** The finaliser of murmur3. */
function mix(h: number): number {
  h = Math.imul(h ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return (h ^ h >>> 16) >>> 0;
}

/** Noise −ln(−ln u) of an index, u uniform in (0, 1) by hash of seed, row and index. */
function gumbel(seed: number, row: number, index: number): number {
  const hash = mix(mix(index ^ mix(seed + Math.imul(row, 0x9e3779b9))));
  return -Math.log(-Math.log1p(-((hash >>> 9) + 0.5) / 2 ** 23));
}

/**
 * The index i with the largest x[i]/temperature + noise[i] among those that are kept; the first of equal ones. Kept are the
 * values not below the topK-th largest, and of these the ones above which less than topP of their probability lies, so that
 * equal values are kept or dropped together. NaN is never taken.
 */
export const sample: ReferenceKernel<"sample"> = ({ x, out }, p) => {
  for (let r = 0; r < p.rows; r++) {
    const row = Array.from({ length: p.columns }, (_, i) => x.data[x.at + r * p.xStride + i]!);
    const falling = row.filter((value) => !Number.isNaN(value)).sort((a, b) => b > a ? 1 : b < a ? -1 : 0);
    let lowest = -Infinity;
    if (p.temperature > 0) {
      if (p.topK > 0 && p.topK < falling.length) lowest = falling[p.topK - 1]!;
      if (p.topP < 1) {
        const kept = falling.filter((value) => value >= lowest);
        const masses = kept.map((value) => Math.exp((value - kept[0]!) / p.temperature));
        const wanted = p.topP * masses.reduce((sum, mass) => sum + mass, 0);
        let above = 0;
        for (const [i, mass] of masses.entries()) {
          if (above >= wanted && kept[i] !== kept[i - 1]) break;
          lowest = kept[i]!;
          above += mass;
        }
      }
    }
    let best = -1, highest = -Infinity;
    row.forEach((value, i) => {
      if (Number.isNaN(value) || value < lowest) return;
      const score = p.temperature > 0 ? value / p.temperature + gumbel(p.seed, r, i) : value;
      if (best >= 0 && score <= highest) return;
      best = i;
      highest = score;
    });
    out.data[out.at + r * p.outStride] = best;
  }
};
