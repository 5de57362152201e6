/**
 * Discretisations of h' = A·h + B·u over a step δ: h_t = Ā·h_{t−1} + B̄·u_t. Each rule gives Ā and the factor β of
 * B̄ = β·B.
 *
 * | rule | Ā | β |
 * |---|---|---|
 * | `mamba` | exp(δA) | δ |
 * | `zoh` | exp(δA) | (exp(δA) − 1)/A, which is δ for A = 0 |
 * | `bilinear` | (1 + δA/2)/(1 − δA/2) | δ/(1 − δA/2) |
 *
 * `mamba` mixes the hold of A with Euler for B, as `selective_scan_ref` of state-spaces/mamba does; the papers print
 * `zoh`.
 *
 * @module
 */

/** Name of a discretisation. */
export type Discretisation = "mamba" | "zoh" | "bilinear";

/** A discretisation of one state: Ā and β of a step δ and a real A. */
export type Rule = (delta: number, a: number) => readonly [decay: number, drive: number];

/** The discretisations of a real A. */
export const RULES: Readonly<Record<Discretisation, Rule>> = {
  mamba: (delta, a) => [Math.exp(delta * a), delta],
  zoh: (delta, a) => [Math.exp(delta * a), a === 0 ? delta : Math.expm1(delta * a) / a],
  bilinear: (delta, a) => [(1 + delta * a / 2) / (1 - delta * a / 2), delta / (1 - delta * a / 2)],
};
