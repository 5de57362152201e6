/**
 * Formulas of the scan that are in use or in papers, as they are computed in single precision: what the laws say of them
 * stands in `docs/verdicts.md`.
 *
 * @module
 */
import type { Scan } from "../../src/laws/mod.ts";
import { bits, type Changes, f, half, scanWith } from "./mutants/plain.ts";
import { by, RIGHT_SCANS, type Solve } from "./right_scans.ts";

/** All steps at once by division: h_t = P_t·(h₋ + Σ x_s/P_s), P the product of all decays so far. */
const divided: Solve = (a, x, initial, n) => {
  const out = new Float32Array(x.length);
  for (let k = 0; k < n; k++) {
    let product = 1, sum = initial[k]!;
    for (let i = k; i < x.length; i += n) {
      product = f(product * a[i]!);
      sum = f(sum + f(x[i]! / product));
      out[i] = f(product * sum);
    }
  }
  return out;
};

/** The same with logarithms: h_t = exp(S_t)·(h₋ + Σ exp(−S_s)·x_s), S the sum of all exponents so far. */
const logarithmic: Solve = (a, x, initial, n) => {
  const out = new Float32Array(x.length);
  for (let k = 0; k < n; k++) {
    let exponent = 0, sum = initial[k]!;
    for (let i = k; i < x.length; i += n) {
      exponent = f(exponent + f(Math.log(a[i]!)));
      sum = f(sum + f(f(Math.exp(-exponent)) * x[i]!));
      out[i] = f(f(Math.exp(exponent)) * sum);
    }
  }
  return out;
};

/** Decays as exp of differences of running sums over a chunk (segsum). */
const segsum = (chunk: number): Solve => (a, x, initial, n) => {
  const out = new Float32Array(x.length);
  for (let k = 0; k < n; k++) {
    let incoming = initial[k]!;
    for (let first = 0; first < x.length; first += chunk * n) {
      const end = Math.min(x.length, first + chunk * n), sums = new Float32Array(chunk);
      for (let i = first + k, t = 0; i < end; i += n, t++) {
        sums[t] = f((t > 0 ? sums[t - 1]! : 0) + f(Math.log(a[i]!)));
        let h = f(f(Math.exp(sums[t]!)) * incoming);
        for (let j = first + k, s = 0; j <= i; j += n, s++) h = f(h + f(f(Math.exp(f(sums[t]! - sums[s]!))) * x[j]!));
        out[i] = h;
      }
      incoming = out[end - n + k]!;
    }
  }
  return out;
};

const plain = (changes: Changes): Scan => scanWith(changes);

/** Formulas by their names. */
export const FORMULAS: Readonly<Record<string, Scan>> = {
  "step by step": plain({}),
  "prefixes in rounds (Hillis and Steele)": RIGHT_SCANS["prefixes in rounds"]!,
  "prefixes by a tree (Blelloch)": RIGHT_SCANS["prefixes by a tree"]!,
  "chunks of 16, joined by products of decays": RIGHT_SCANS["chunks of 16"]!,
  "division by cumulated decays": by(divided),
  "cumulated logarithms of decays": by(logarithmic),
  "segsum in chunks of 64": by(segsum(64)),
  "segsum over the whole sequence": by(segsum(4097)),
  "state in f16": plain({ keep: half }),
  "state in bf16": plain({ keep: (h) => bits(h, 8) }),
  "outputs in f16": plain({
    finish: (y, skip, z) => half(z === undefined ? y + skip : (y + skip) * (z / (1 + Math.exp(-z)))),
  }),
  "B and C through TF32 matrix units": plain({
    drive: (d, u, b) => f(f(d * u) * bits(b, 11)),
    read: (sum, h, c) => f(sum + f(bits(h, 11) * bits(c, 11))),
  }),
  "softplus as log(1 + exp(x))": plain({ softplus: (x) => x <= 20 ? f(Math.log(f(1 + f(Math.exp(x))))) : x }),
  "softplus as max(x, 0) + log1p(exp(−|x|))": RIGHT_SCANS["softplus from above"]!,
  "exp as 2^(1.442695·x)": plain({ exp: (x) => f(2 ** f(x * 1.442695)) }),
  "silu by (1 + tanh(z/2))·z/2": plain({ silu: (z) => f(f(z * 0.5) * f(1 + f(Math.tanh(f(z * 0.5))))) }),
  "true hold for B, taken for Mamba's": plain({
    drive: (d, u, b, a) => f(f((a === 0 ? d : Math.expm1(d * a) / a) * u) * b),
  }),
};
