/** Wrong decays: discretisation, exponentials, A. @module */
import { bits, type Changes, f, half, or, type Place, RIGHT } from "./plain.ts";

const off = (relative: number): Changes => ({ exp: (x) => f(Math.exp(x) * (1 + relative * Math.sin(x))) });
const least = (exponent: number): Changes => ({ exp: (x) => f(Math.exp(x < exponent ? exponent : x)) });
const gone = (exponent: number): Changes => ({ exp: (x) => x < exponent ? 0 : f(Math.exp(x)) });
const withA = (of: (a: number) => number): Changes => ({ decay: (d, a, p) => RIGHT.decay(d, of(a), p) });
const word = new DataView(new ArrayBuffer(4));
/** The exponential by bits (Schraudolph). */
const schraudolph = (x: number): number => {
  if (!(x > -80 && x < 80)) return Math.exp(x);
  word.setInt32(0, Math.round(12102203.16 * x + 1064866805));
  return word.getFloat32(0);
};
const deltaAt = (p: Place, token: number): number => {
  const { inputs } = p, at = (p.b * inputs.channels + p.e) * inputs.length + token;
  return RIGHT.delta(inputs.dt[at]!, inputs.dtBias?.[p.e] ?? 0, inputs.softplus, p);
};

/** What is wrong. */
export const DECAYS: Readonly<Record<string, Changes>> = {
  "Euler for A too": { decay: (d, a) => f(1 + f(d * a)) },
  "Euler for A below a step of 1e-2": { decay: (d, a, p) => d < 1e-2 ? f(1 + f(d * a)) : RIGHT.decay(d, a, p) },
  "second order for A": {
    decay: (d, a, p) => Math.abs(d * a) < 0.1 ? f(1 + d * a + (d * a) ** 2 / 2) : RIGHT.decay(d, a, p),
  },
  "bilinear A": { decay: (d, a) => f((1 + d * a / 2) / (1 - d * a / 2)) },
  "backward Euler for A": { decay: (d, a) => f(1 / (1 - d * a)) },
  "A negated": withA((a) => -a),
  "A as its logarithm": withA((a) => -Math.exp(a)),
  "A always taken for negative": withA((a) => -Math.abs(a)),
  "A above zero cut to zero": withA((a) => a > 0 ? 0 : a),
  "A no less than −16": withA((a) => a < -16 ? -16 : a),
  "A no less than −100": withA((a) => a < -100 ? -100 : a),
  "A at most −1e-2": withA((a) => a > -1e-2 ? -1e-2 : a),
  "A in half precision": withA(half),
  "A in bfloat16": withA((a) => bits(a, 8)),
  "A in TF32": withA((a) => bits(a, 11)),
  "A of zero forgets": { decay: (d, a, p) => a === 0 ? 0 : RIGHT.decay(d, a, p) },
  "A of zero as NaN": withA((a) => a === 0 ? NaN : a),
  "A of −∞ taken for zero": withA((a) => a === -Infinity ? 0 : a),
  "NaN in A taken for zero": withA((a) => or(a, 0)),
  "transposed A": { atA: ({ e, n, inputs: { channels } }) => n * channels + e },
  "first channel's A for all": { atA: ({ n }) => n },
  "first state's A for all": { atA: ({ e, inputs: { stateSize } }) => e * stateSize },
  "last state's A for all": { atA: ({ e, inputs: { stateSize } }) => (e + 1) * stateSize - 1 },
  "A of the first channel of the group": {
    atA: ({ e, n, inputs: { stateSize, channels, groups } }) => (e - e % (channels / groups)) * stateSize + n,
  },
  "A reversed over the states": { atA: ({ e, n, inputs: { stateSize } }) => (e + 1) * stateSize - 1 - n },
  "A of the second channel in odd images": {
    atA: ({ b, e, n, inputs: { stateSize, channels } }) => (b % 2 === 1 ? (e + 1) % channels : e) * stateSize + n,
  },
  "decay of the step before": { decay: (d, a, p) => RIGHT.decay(p.t > 0 ? deltaAt(p, p.walk[p.t - 1]!) : d, a, p) },
  "decay of the next step": {
    decay: (_, a, p) => RIGHT.decay(deltaAt(p, p.walk[Math.min(p.t + 1, p.walk.length - 1)]!), a, p),
  },
  "decay twice": { decay: (d, a, p) => RIGHT.decay(d, 2 * a, p) },
  "decay of half a step": { decay: (d, a, p) => RIGHT.decay(d / 2, a, p) },
  "decay without the step": { decay: (_, a, p) => RIGHT.decay(1, a, p) },
  "decay left out at the second step": { decay: (d, a, p) => p.t === 1 ? 1 : RIGHT.decay(d, a, p) },
  "exponents clamped at −10": least(-10),
  "exponents clamped at −20": least(-20),
  "exponents clamped at −50": least(-50),
  "exponents clamped at −70": least(-70),
  "exponents clamped at 0": { exp: (x) => f(Math.exp(x > 0 ? 0 : x)) },
  "exponents clamped at 10": { exp: (x) => f(Math.exp(x > 10 ? 10 : x)) },
  "no decay below −15": gone(-15),
  "no decay below −30": gone(-30),
  "no decay below −60": gone(-60),
  "exponential off by 1e-2": off(1e-2),
  "exponential off by 1e-3": off(1e-3),
  "exponential off by 1e-4": off(1e-4),
  "exponential off by 1e-5": off(1e-5),
  "exponential by its bits": { exp: (x) => f(schraudolph(x)) },
  "exponential in half precision": { exp: (x) => half(Math.exp(x)) },
  "exponential in bfloat16": { exp: (x) => bits(Math.exp(x), 8) },
  "exponent in half precision": { exp: (x) => f(Math.exp(half(x))) },
  "exponential by a short constant of log₂e": { exp: (x) => f(2 ** (x * 1.4427)) },
  "exponential (1 + x/1024)^1024": { exp: (x) => x < -1000 ? 0 : f((1 + x / 1024) ** 1024) },
  "exponential by 2 to whole numbers for the large": {
    exp: (x) => x < -30 ? f(2 ** Math.round(x * Math.LOG2E)) : f(Math.exp(x)),
  },
  "tiny decays flushed at 1e-10": {
    exp: (x) => {
      const y = f(Math.exp(x));
      return y < 1e-10 ? 0 : y;
    },
  },
};
