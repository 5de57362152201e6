/**
 * Complex numbers as pairs.
 *
 * @module
 */

/** re + i·im. */
export type Complex = readonly [re: number, im: number];

/** a + b. */
export const plus = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];

/** a·b. */
export const times = (a: Complex, b: Complex): Complex => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];

/** a·k for a real k. */
export const scaled = (a: Complex, k: number): Complex => [a[0] * k, a[1] * k];

/** a/b. */
export function over(a: Complex, b: Complex): Complex {
  const norm = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / norm, (a[1] * b[0] - a[0] * b[1]) / norm];
}

/** e^a. */
export const expOf = (a: Complex): Complex => [Math.exp(a[0]) * Math.cos(a[1]), Math.exp(a[0]) * Math.sin(a[1])];
