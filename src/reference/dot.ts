import type { View } from "./view.ts";

/**
 * first + Σ_i a[i]·b[i·step]. A function of its own, as engines compile a loop over two arrays well, and one in the middle of
 * a kernel, whose operands and parameters come in many forms, ten times worse.
 */
export function dot(
  first: number,
  a: View["data"],
  aAt: number,
  b: View["data"],
  bAt: number,
  length: number,
  step = 1,
): number {
  let sum = first;
  for (let i = 0; i < length; i++) sum += a[aAt + i]! * b[bAt + i * step]!;
  return sum;
}
