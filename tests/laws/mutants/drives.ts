/** Wrong drives: B, u, what moves the state. @module */
import { bits, type Changes, f, half, or, type Place, RIGHT, shared } from "./plain.ts";

const withB = (of: (b: number) => number): Changes => ({ drive: (d, u, b, a, p) => RIGHT.drive(d, u, of(b), a, p) });
const withU = (of: (u: number) => number): Changes => ({ drive: (d, u, b, a, p) => RIGHT.drive(d, of(u), b, a, p) });
const at = (p: Place, token: number): number => shared(p, RIGHT.group(p)) - p.token + token;

/** What is wrong. */
export const DRIVES: Readonly<Record<string, Changes>> = {
  "hold instead of Euler": { drive: (d, u, b, a) => f(f((a === 0 ? d : Math.expm1(d * a) / a) * u) * b) },
  "B without Δ": { drive: (_, u, b) => f(u * b) },
  "Δ twice in B": { drive: (d, u, b) => f(f(d * f(d * u)) * b) },
  "B times the decay": { drive: (d, u, b, a, p) => f(RIGHT.drive(d, u, b, a, p) * RIGHT.decay(d, a, p)) },
  "B divided by A": { drive: (d, u, b, a, p) => f(RIGHT.drive(d, u, b, a, p) / (a || 1)) },
  "mean of two drives": {
    drive: (d, u, b, a, p) =>
      p.t === 0 ? RIGHT.drive(d, u, b, a, p) : f(
        (RIGHT.drive(d, u, b, a, p) +
          RIGHT.drive(d, p.inputs.u[RIGHT.atU({ ...p, token: p.walk[p.t - 1]! })]!, b, a, p)) / 2,
      ),
  },
  "B and C exchanged": { prepare: (inputs) => ({ ...inputs, B: inputs.C, C: inputs.B }) },
  "C for B": { prepare: (inputs) => ({ ...inputs, B: inputs.C }) },
  "B of the first image for all": { atB: (p) => shared({ ...p, b: 0 }, RIGHT.group(p)) },
  "B of the image before from the third on": { atB: (p) => shared(p.b > 1 ? { ...p, b: p.b - 1 } : p, RIGHT.group(p)) },
  "B of the first token for all": { atB: (p) => at(p, 0) },
  "B of the token before": { atB: (p) => at(p, Math.max(0, p.token - 1)) },
  "B of the next token": { atB: (p) => at(p, Math.min(p.inputs.length - 1, p.token + 1)) },
  "B of the first state for all": { atB: (p) => shared({ ...p, n: 0 }, RIGHT.group(p)) },
  "B reversed over the states": { atB: (p) => shared({ ...p, n: p.inputs.stateSize - 1 - p.n }, RIGHT.group(p)) },
  "B read as [l, n]": {
    atB: (p) => shared({ ...p, n: 0, token: 0 }, RIGHT.group(p)) + p.token * p.inputs.stateSize + p.n,
  },
  "wrong group map": { group: ({ e, inputs: { groups } }) => e % groups },
  "first group for all": { group: () => 0 },
  "last group for all": { group: ({ inputs: { groups } }) => groups - 1 },
  "groups of a rounded size": {
    group: ({ e, inputs: { channels, groups } }) =>
      Math.min(groups - 1, Math.floor(e / 2 ** Math.round(Math.log2(channels / groups)))),
  },
  "first group for B only": { atB: (p) => shared(p, 0) },
  "first group for C only": { atC: (p) => shared(p, 0) },
  "no more than two groups": { group: (p) => Math.min(1, RIGHT.group(p)) },
  "no more than four groups": { group: (p) => Math.min(3, RIGHT.group(p)) },
  "no more than eight groups": { group: (p) => Math.min(7, RIGHT.group(p)) },
  "no more than sixteen groups": { group: (p) => Math.min(15, RIGHT.group(p)) },
  "B in half precision": withB(half),
  "B in bfloat16": withB((b) => bits(b, 8)),
  "B in TF32": withB((b) => bits(b, 11)),
  "|B| for B": withB(Math.abs),
  "B negated": withB((b) => -b),
  "B clamped to 100": withB((b) => b > 100 ? 100 : b),
  "NaN in B taken for zero": withB((b) => or(b, 0)),
  "infinite B taken for zero": withB((b) => Math.abs(b) === Infinity ? 0 : b),
  "u in half precision": withU(half),
  "u in bfloat16": withU((u) => bits(u, 8)),
  "u in TF32": withU((u) => bits(u, 11)),
  "u squared": withU((u) => f(u * u)),
  "u clamped to 65504": withU((u) => Number.isNaN(u) ? u : Math.min(65504, Math.max(-65504, u))),
  "u clamped to 1e12": withU((u) => Number.isNaN(u) ? u : Math.min(1e12, Math.max(-1e12, u))),
  "NaN in u taken for zero": withU((u) => or(u, 0)),
  "infinite u clamped to the largest float": withU((u) => Number.isNaN(u) ? u : Math.min(3e38, Math.max(-3e38, u))),
  "NaN in u passes by the skip": {
    prepare: (inputs) => inputs,
    finish: (y, skip, z, p) => RIGHT.finish(y, or(skip, 0), z, p),
    drive: (d, u, b, a, p) => RIGHT.drive(d, or(u, 0), b, a, p),
  },
  "denormal u flushed at 1e-28": withU((u) => Math.abs(u) < 1e-28 ? 0 : u),
  "drives flushed at 1e-20": {
    drive: (...x) => {
      const w = RIGHT.drive(...x);
      return Math.abs(w) < 1e-20 ? 0 : w;
    },
  },
  "u of the next step": {
    atU: ({ b, e, token, inputs: { channels, length } }) =>
      (b * channels + e) * length + Math.min(length - 1, token + 1),
  },
  "u of the step before": {
    atU: ({ b, e, token, inputs: { channels, length } }) => (b * channels + e) * length + Math.max(0, token - 1),
  },
  "u of the first channel": { atU: ({ b, token, inputs: { channels, length } }) => b * channels * length + token },
  "u read as [b, l, e]": {
    atU: ({ b, e, token, inputs: { channels, length } }) => (b * length + token) * channels + e,
  },
  "u of zero skips the decay": { decay: (d, a, p) => p.inputs.u[RIGHT.atU(p)] === 0 ? 1 : RIGHT.decay(d, a, p) },
  "drive of the first step left out": { drive: (d, u, b, a, p) => p.t === 0 ? 0 : RIGHT.drive(d, u, b, a, p) },
  "drive of the last step left out": {
    drive: (d, u, b, a, p) => p.t === p.inputs.length - 1 ? 0 : RIGHT.drive(d, u, b, a, p),
  },
};
