/**
 * Scan orders for tests.
 *
 * @module
 */
import type { Draw } from "../arbitraries.ts";

/** 0 … length − 1 in random order, by Fisher and Yates. */
export function permutation(draw: Draw, length: number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = draw.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
