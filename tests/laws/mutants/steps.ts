/** Wrong steps: bias, softplus, precision. @module */
import { bits, type Changes, f, half, or, RIGHT } from "./plain.ts";

const exp = Math.exp;
const below = (threshold: number): Changes => ({ softplus: (x) => x <= threshold ? f(Math.log1p(exp(x))) : x });
const off = (relative: number): Changes => ({
  softplus: (x, p) => f(RIGHT.softplus(x, p) * (1 + relative * Math.sin(3 * x))),
});

/** What is wrong. */
export const STEPS: Readonly<Record<string, Changes>> = {
  "no bias": { delta: (dt, _, smooth, p) => RIGHT.delta(dt, 0, smooth, p) },
  "bias twice": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, 2 * bias, smooth, p) },
  "bias after softplus": { delta: (dt, bias, smooth, p) => f(RIGHT.delta(dt, 0, smooth, p) + bias) },
  "bias also after softplus": {
    delta: (dt, bias, smooth, p) => smooth ? f(RIGHT.delta(dt, bias, smooth, p) + bias) : f(dt + bias),
  },
  "bias no less than −2": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, Math.max(-2, bias), smooth, p) },
  "bias no less than −5": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, Math.max(-5, bias), smooth, p) },
  "bias with softplus only": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, smooth ? bias : 0, smooth, p) },
  "bias of the first channel": { atBias: () => 0 },
  "bias of the channel before": { atBias: ({ e }) => Math.max(0, e - 1) },
  "bias in bfloat16": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, bits(bias, 8), smooth, p) },
  "bias subtracted": { delta: (dt, bias, smooth, p) => RIGHT.delta(dt, -bias, smooth, p) },
  "bias left out from the second image on": {
    delta: (dt, bias, smooth, p) => RIGHT.delta(dt, p.b > 0 ? 0 : bias, smooth, p),
  },
  "no softplus": { delta: (dt, bias) => f(dt + bias) },
  "softplus always": { delta: (dt, bias, _, p) => RIGHT.delta(dt, bias, true, p) },
  "softplus twice": { softplus: (x, p) => RIGHT.softplus(RIGHT.softplus(x, p), p) },
  "softplus without threshold": { softplus: (x) => f(Math.log1p(f(exp(x)))) },
  "softplus threshold at 1": below(1),
  "softplus threshold at 5": below(5),
  "softplus threshold at 8": below(8),
  "softplus threshold at 10": below(10),
  "softplus threshold at 11": below(11),
  "softplus threshold on dt instead of dt + bias": {
    delta: (dt, bias, smooth) => smooth && dt <= 20 ? f(Math.log1p(f(exp(f(dt + bias))))) : f(dt + bias),
  },
  "softplus base 2": { softplus: (x) => x <= 20 ? f(Math.log2(1 + exp(x))) : x },
  "softplus with β = 2": { softplus: (x) => x <= 10 ? f(Math.log1p(exp(2 * x)) / 2) : x },
  "relu for softplus": { softplus: (x) => Math.max(0, x) },
  "elu for softplus": { softplus: (x) => x > 0 ? f(x + 1) : f(exp(x)) },
  "squareplus for softplus": { softplus: (x) => f((x + Math.sqrt(x * x + 4 * Math.LN2 ** 2)) / 2) },
  "log(1 + x) for log1p": { softplus: (x) => x <= 20 ? f(Math.log(f(1 + f(exp(x))))) : x },
  "eˣ for softplus below −5": { softplus: (x, p) => x < -5 ? f(exp(x)) : RIGHT.softplus(x, p) },
  "eˣ for softplus below −8": { softplus: (x, p) => x < -8 ? f(exp(x)) : RIGHT.softplus(x, p) },
  "zero for softplus below −20": { softplus: (x, p) => x < -20 ? 0 : RIGHT.softplus(x, p) },
  "zero for softplus below −40": { softplus: (x, p) => x < -40 ? 0 : RIGHT.softplus(x, p) },
  "softplus off by 1e-3": off(1e-3),
  "softplus off by 1e-4": off(1e-4),
  "softplus off by 1e-5": off(1e-5),
  "softplus by a table of 64ths": { softplus: (x, p) => RIGHT.softplus(Math.round(x * 64) / 64, p) },
  "steps clamped to 1": { delta: (...x) => Math.min(1, RIGHT.delta(...x)) },
  "steps clamped to 10": { delta: (...x) => Math.min(10, RIGHT.delta(...x)) },
  "steps clamped to 64": { delta: (...x) => Math.min(64, RIGHT.delta(...x)) },
  "steps of at least 1e-3": { delta: (...x) => Math.max(1e-3, RIGHT.delta(...x)) },
  "steps of at least 1e-6": { delta: (...x) => Math.max(1e-6, RIGHT.delta(...x)) },
  "steps below zero made positive": { delta: (...x) => Math.abs(RIGHT.delta(...x)) },
  "steps below zero cut off": {
    delta: (...x) => {
      const d = RIGHT.delta(...x);
      return d < 0 ? 0 : d;
    },
  },
  "steps in half precision": { delta: (...x) => half(RIGHT.delta(...x)) },
  "steps in bfloat16": { delta: (...x) => bits(RIGHT.delta(...x), 8) },
  "steps in TF32": { delta: (...x) => bits(RIGHT.delta(...x), 11) },
  "dt in half precision": { delta: (dt, ...x) => RIGHT.delta(half(dt), ...x) },
  "dt of the next token": {
    atDt: ({ b, e, token, inputs: { channels, length } }) =>
      (b * channels + e) * length + Math.min(length - 1, token + 1),
  },
  "dt of the first channel": { atDt: ({ b, token, inputs: { channels, length } }) => b * channels * length + token },
  "dt of the first image": { atDt: ({ e, token, inputs: { length } }) => e * length + token },
  "dt read as [b, l, e]": {
    atDt: ({ b, e, token, inputs: { channels, length } }) => (b * length + token) * channels + e,
  },
  "NaN in dt taken for zero": { delta: (dt, ...x) => RIGHT.delta(or(dt, 0), ...x) },
  "NaN in the bias taken for zero": { delta: (dt, bias, ...x) => RIGHT.delta(dt, or(bias, 0), ...x) },
  "NaN step through max(0, δ)": { delta: (...x) => or(RIGHT.delta(...x), 0) },
  "infinite dt taken for 88": { delta: (dt, ...x) => RIGHT.delta(dt === Infinity ? 88 : dt, ...x) },
  "dt of −∞ as NaN": { delta: (dt, ...x) => dt === -Infinity ? NaN : RIGHT.delta(dt, ...x) },
  "dt of zero skips the bias": { delta: (dt, bias, ...x) => RIGHT.delta(dt, dt === 0 ? 0 : bias, ...x) },
  "step −0 taken for a missing one": { delta: (dt, bias, ...x) => Object.is(dt, -0) ? 1 : RIGHT.delta(dt, bias, ...x) },
};
