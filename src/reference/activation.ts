/**
 * The elementwise functions of epilogues, gates and `unary`, in f64.
 *
 * @module
 */
import { ACTIVATIONS } from "../kernels.ts";

/** Logistic function 1/(1 + e^−x). */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** SiLU x·sigmoid(x); −∞ gives 0 in the limit, so the product is never 0·∞. */
export const silu = (x: number): number => x === -Infinity ? 0 : x * sigmoid(x);

/** softplus as torch has it: log(1 + e^x) up to the threshold 20, x above. */
export const softplus = (x: number): number => x <= 20 ? Math.log1p(Math.exp(x)) : x;

/**
 * Error function to double precision: Maclaurin series below 2.5, continued fraction of erfc (Lentz) above.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = a, sum = a;
    for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
      term *= -a * a / n;
      sum += term / (2 * n + 1);
      if (a === 0) break;
    }
    return Math.sign(x) * 2 / Math.sqrt(Math.PI) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

/** GELU in its exact form, x·Φ(x). */
export const gelu = (x: number): number => x === -Infinity ? 0 : x / 2 * (1 + erf(x / Math.SQRT2));

/** The activation of ABI code `code`. */
export function activate(code: number, slope: number, x: number): number {
  switch (ACTIVATIONS[code]!) {
    case "none":
      return x;
    case "silu":
      return silu(x);
    case "gelu":
      return gelu(x);
    case "relu":
      return x < 0 ? 0 : x;
    case "leakyRelu":
      return x < 0 ? slope * x : x;
    case "sigmoid":
      return sigmoid(x);
  }
}
