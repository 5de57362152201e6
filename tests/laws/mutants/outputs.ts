/** Wrong outputs: C, D, the gate, what is read out. @module */
import { bits, type Changes, f, half, or, type Place, RIGHT, shared } from "./plain.ts";

const sigmoid = (x: number): number => f(1 / f(1 + f(Math.exp(-x))));
const withC = (of: (c: number) => number): Changes => ({
  read: (sum, h, c, p, before) => RIGHT.read(sum, h, of(c), p, before),
});
const withZ = (of: (z: number) => number): Changes => ({ silu: (z, p) => RIGHT.silu(of(z), p) });
const withY = (of: (y: number) => number): Changes => ({ finish: (...x) => of(RIGHT.finish(...x)) });
const withD = (of: (skip: number, p: Place) => number): Changes => ({
  finish: (y, skip, z, p) => RIGHT.finish(y, of(skip, p), z, p),
});
const firstRead = (count: number): Changes => ({
  read: (sum, h, c, p, before) => p.n < count ? RIGHT.read(sum, h, c, p, before) : sum,
});
const at = (p: Place, token: number): number => shared(p, RIGHT.group(p)) - p.token + token;
const off = (relative: number): Changes => ({ silu: (z, p) => f(RIGHT.silu(z, p) * (1 + relative * Math.sin(2 * z))) });

/** What is wrong. */
export const OUTPUTS: Readonly<Record<string, Changes>> = {
  "missing D": withD(() => 0),
  "D twice": withD((skip) => 2 * skip),
  "D without u": { finish: (y, _, z, p) => RIGHT.finish(y, p.inputs.D?.[p.e] ?? 0, z, p) },
  "D of the first channel": { atD: () => 0 },
  "D of the next channel": { atD: ({ e, inputs: { channels } }) => (e + 1) % channels },
  "D in bfloat16": { prepare: (inputs) => ({ ...inputs, D: inputs.D?.map((d) => bits(d, 8)) }) },
  "D for the first image only": withD((skip, p) => p.b > 0 ? 0 : skip),
  "D for the first 64 tokens only": withD((skip, p) => p.t >= 64 ? 0 : skip),
  "D subtracted": withD((skip) => -skip),
  "NaN in D taken for zero": { prepare: (inputs) => ({ ...inputs, D: inputs.D?.map((d) => or(d, 0)) }) },
  "infinite D taken for zero": {
    prepare: (inputs) => ({ ...inputs, D: inputs.D?.map((d) => Math.abs(d) === Infinity ? 0 : d) }),
  },
  "D missing where there is no gate": { finish: (y, skip, z, p) => RIGHT.finish(y, z === undefined ? 0 : skip, z, p) },
  "gate before D": { finish: (y, skip, z, p) => f(RIGHT.finish(y, 0, z, p) + skip) },
  "gate on D only": { finish: (y, skip, z, p) => z === undefined ? f(y + skip) : f(y + f(skip * RIGHT.silu(z, p))) },
  "gate left out": { finish: (y, skip) => f(y + skip) },
  "gate twice": { silu: (z, p) => f(RIGHT.silu(z, p) ** 2) },
  "sigmoid for silu": { silu: sigmoid },
  "z for silu": { silu: (z) => z },
  "relu for silu": { silu: (z) => Math.max(0, z) },
  "gelu for silu": { silu: (z) => f(z * sigmoid(1.702 * z)) },
  "hard swish for silu": { silu: (z) => f(z * Math.min(1, Math.max(0, z / 6 + 0.5))) },
  "mish for silu": { silu: (z) => f(z * Math.tanh(Math.log1p(Math.exp(z)))) },
  "silu of −z": withZ((z) => -z),
  "silu is zero below −10": { silu: (z, p) => z < -10 ? 0 : RIGHT.silu(z, p) },
  "silu is zero below −20": { silu: (z, p) => z < -20 ? 0 : RIGHT.silu(z, p) },
  "silu is zero below −40": { silu: (z, p) => z < -40 ? 0 : RIGHT.silu(z, p) },
  "silu is zero below −80": { silu: (z, p) => z < -80 ? 0 : RIGHT.silu(z, p) },
  "silu is z above 8": { silu: (z, p) => z > 8 ? z : RIGHT.silu(z, p) },
  "silu is z above 10": { silu: (z, p) => z > 10 ? z : RIGHT.silu(z, p) },
  "sigmoid clamped at e⁻²⁰": { silu: (z) => f(z / (1 + Math.exp(Math.min(20, -z)))) },
  "sigmoid clamped at e⁻⁵⁰": { silu: (z) => f(z / (1 + Math.exp(Math.min(50, -z)))) },
  "silu as 1 − sigmoid": { silu: (z) => f(z * f(1 - sigmoid(-z))) },
  "silu by tanh in single precision": { silu: (z) => f(z * f(0.5 * f(1 + f(Math.tanh(z / 2))))) },
  "silu off by 1e-3": off(1e-3),
  "silu off by 1e-4": off(1e-4),
  "silu off by 1e-5": off(1e-5),
  "silu in half precision": { silu: (z, p) => half(RIGHT.silu(z, p)) },
  "z in half precision": withZ(half),
  "z in bfloat16": withZ((z) => bits(z, 8)),
  "z of zero not gated": { silu: (z, p) => z === 0 ? 1 : RIGHT.silu(z, p) },
  "z clamped to ±30": withZ((z) => Number.isNaN(z) ? z : Math.min(30, Math.max(-30, z))),
  "NaN in z taken for zero": withZ((z) => or(z, 0)),
  "NaN in z not gated": { silu: (z, p) => Number.isNaN(z) ? 1 : RIGHT.silu(z, p) },
  "infinite z not gated": { silu: (z, p) => z === Infinity ? 1 : RIGHT.silu(z, p) },
  "z of the next token": {
    atZ: ({ b, e, token, inputs: { channels, length } }) =>
      (b * channels + e) * length + Math.min(length - 1, token + 1),
  },
  "z of the first channel": { atZ: ({ b, token, inputs: { channels, length } }) => b * channels * length + token },
  "z of the first image": { atZ: ({ e, token, inputs: { length } }) => e * length + token },
  "z read as [b, l, e]": {
    atZ: ({ b, e, token, inputs: { channels, length } }) => (b * length + token) * channels + e,
  },
  "y of the state before": { read: (sum, _, c, p, before) => RIGHT.read(sum, before, c, p, before) },
  "y written as [b, l, e]": {
    atY: ({ b, e, token, inputs: { channels, length } }) => (b * length + token) * channels + e,
  },
  "y one token late": {
    atY: ({ b, e, token, inputs: { channels, length } }) =>
      (b * channels + e) * length + Math.min(length - 1, token + 1),
  },
  "y in half precision": withY(half),
  "y in bfloat16": withY((y) => bits(y, 8)),
  "y in TF32": withY((y) => bits(y, 11)),
  "y of 20 bits": withY((y) => bits(y, 17)),
  "y clamped to 1e4": withY((y) => Number.isNaN(y) ? y : Math.min(1e4, Math.max(-1e4, y))),
  "y clamped to 65504": withY((y) => Number.isNaN(y) ? y : Math.min(65504, Math.max(-65504, y))),
  "y flushed at 1e-12": withY((y) => Math.abs(y) < 1e-12 ? 0 : y),
  "y flushed at 1e-30": withY((y) => Math.abs(y) < 1e-30 ? 0 : y),
  "NaN in y taken for zero": withY((y) => or(y, 0)),
  "infinite y taken for NaN-free zero": withY((y) => Number.isFinite(y) ? y : 0),
  "sum in half precision": { read: (sum, h, c) => half(sum + h * c) },
  "sum in bfloat16": { read: (sum, h, c) => bits(sum + h * c, 8) },
  "products in half precision": { read: (sum, h, c) => f(sum + half(h * c)) },
  "C in half precision": withC(half),
  "C in bfloat16": withC((c) => bits(c, 8)),
  "C in TF32": withC((c) => bits(c, 11)),
  "|C| for C": withC(Math.abs),
  "C clamped to 100": withC((c) => c > 100 ? 100 : c),
  "NaN in C taken for zero": withC((c) => or(c, 0)),
  "infinite C taken for zero": withC((c) => Math.abs(c) === Infinity ? 0 : c),
  "reversed C": { atC: (p) => shared({ ...p, n: p.inputs.stateSize - 1 - p.n }, RIGHT.group(p)) },
  "C of the first image for all": { atC: (p) => shared({ ...p, b: 0 }, RIGHT.group(p)) },
  "C of the first token for all": { atC: (p) => at(p, 0) },
  "C of the token before": { atC: (p) => at(p, Math.max(0, p.token - 1)) },
  "C of the next token": { atC: (p) => at(p, Math.min(p.inputs.length - 1, p.token + 1)) },
  "mean of the states": { finish: (y, skip, z, p) => RIGHT.finish(f(y / p.inputs.stateSize), skip, z, p) },
  "only the first state read": firstRead(1),
  "only 4 states read": firstRead(4),
  "only 8 states read": firstRead(8),
  "only 16 states read": firstRead(16),
  "only 32 states read": firstRead(32),
  "only 64 states read": firstRead(64),
  "only 128 states read": firstRead(128),
  "only 256 states read": firstRead(256),
  "last state of several not read": {
    read: (sum, h, c, p, before) => p.n > 0 && p.n === p.inputs.stateSize - 1 ? sum : RIGHT.read(sum, h, c, p, before),
  },
};
