import { dot } from "./dot.ts";
import type { ReferenceKernel } from "./view.ts";

/** What is added to the score of two pixels that only the shift brought into one window. */
const APART = -100;

/** Bands of the rows (or columns) of a shifted image: those that the shift moved over the edge are apart from the others. */
function bandAt(at: number, size: number, window: number, shift: number): number {
  return at < size - window ? 0 : at < size - shift ? 1 : 2;
}

/** What a shift adds to the score of two pixels [y, x] of the shifted image. */
export function maskBetween(
  a: readonly [number, number],
  b: readonly [number, number],
  { height, width, window, shift }: Readonly<Record<"height" | "width" | "window" | "shift", number>>,
): number {
  const together = bandAt(a[0], height, window, shift) === bandAt(b[0], height, window, shift) &&
    bandAt(a[1], width, window, shift) === bandAt(b[1], width, window, shift);
  return together ? 0 : APART;
}

/**
 * Attention among the pixels of each window, head by head; x has the columns q | k | v, each heads × headWidth:
 *
 *     s_ij = ⟨q_i, k_j⟩/√headWidth + bias[head, j − i] + mask_ij
 *     out_i = Σ_j softmax_j(s_ij)·v_j
 *
 * Windows are cut from the image that is shifted up and left by `shift`, what leaves at one edge coming back at the other;
 * `bias` is [heads, 2·window − 1, 2·window − 1] by row and column of the key less those of the query, from 1 − window on.
 * Only windows of rows [firstRow, firstRow + rowCount) of windows are done. Mirrors `WindowAttention` and `calculate_mask`
 * of csguoh/MambaIR without their projections.
 */
export const attention: ReferenceKernel<"attention"> = ({ x, bias, out }, p) => {
  const { height, width, heads, headWidth, window, shift } = p;
  const keys = window * window, side = 2 * window - 1;
  const scores = new Float64Array(keys);
  for (let b = 0; b < p.batch; b++) {
    for (let top = p.firstRow * window; top < (p.firstRow + p.rowCount) * window; top += window) {
      for (let left = 0; left < width; left += window) {
        const places = Array.from(
          { length: keys },
          (_, i) => [top + Math.floor(i / window), left + i % window] as const,
        );
        const rows = places.map(([y, column]) =>
          (b * height + (y + shift) % height) * width + (column + shift) % width
        );
        for (let head = 0; head < heads; head++) {
          const [q, k, v] = [0, 1, 2].map((part) =>
            rows.map((row) => x.at + row * p.xStride + (part * heads + head) * headWidth)
          ) as [number[], number[], number[]];
          for (let i = 0; i < keys; i++) {
            const [yi, xi] = places[i]!;
            let largest = -Infinity, sum = 0;
            for (let j = 0; j < keys; j++) {
              const [yj, xj] = places[j]!, query = q[i]!, key = k[j]!;
              let score = dot(0, x.data, query, x.data, key, headWidth) / Math.sqrt(headWidth);
              score += bias.data[bias.at + (head * side + yj - yi + window - 1) * side + xj - xi + window - 1]!;
              scores[j] = score + maskBetween(places[i]!, places[j]!, p);
              largest = Math.max(largest, scores[j]!);
            }
            for (let j = 0; j < keys; j++) sum += scores[j] = Math.exp(scores[j]! - largest);
            for (let c = 0; c < headWidth; c++) {
              let value = 0;
              for (let j = 0; j < keys; j++) value += scores[j]! / sum * x.data[v[j]! + c]!;
              out.data[out.at + rows[i]! * p.outStride + head * headWidth + c] = value;
            }
          }
        }
      }
    }
  }
};
