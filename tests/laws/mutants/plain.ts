/**
 * The plain scan in single precision, in parts that a wrong scan may replace.
 *
 * @module
 */
import { stored } from "../../../src/laws/storage.ts";
import { type ScanInputs, type ScanOutputs, walkOf } from "../../../src/laws/forms/scan_inputs.ts";

/** Rounds to single precision. */
export const f = Math.fround;
/** Rounds to half precision. */
export function half(x: number): number {
  one[0] = x;
  return Math.abs(x) < 65520 || Number.isNaN(x) ? stored(one, "f16")[0]! : Math.sign(x) * Infinity;
}
const one = new Float32Array(1);
/** Cuts the significand to some bits: 8 is bfloat16, 11 is what tensor cores take (TF32). */
export const bits = (x: number, count: number): number => {
  const scale = 2 ** (count - 1 - Math.floor(Math.log2(Math.abs(x))));
  return x === 0 || !Number.isFinite(x) || !Number.isFinite(scale) ? x : Math.round(x * scale) / scale;
};
/** The first where it is a number. */
export const or = (x: number, otherwise: number): number => Number.isNaN(x) ? otherwise : x;

/** Where a scan is: the loops of the plain scan, one object for all. */
export interface Place {
  b: number;
  e: number;
  n: number;
  /** Step of the walk, and the token it visits. */
  t: number;
  token: number;
  readonly inputs: ScanInputs;
  readonly walk: readonly number[];
  /** What the rows before left in the state, over calls. */
  readonly left: Float32Array;
}

type Index = (p: Place) => number;

/** The parts; everything in single precision. */
export interface Parts {
  readonly prepare: (inputs: ScanInputs) => ScanInputs;
  readonly softplus: (x: number, p: Place) => number;
  readonly delta: (dt: number, bias: number, softplus: boolean, p: Place) => number;
  readonly exp: (x: number, p: Place) => number;
  readonly decay: (delta: number, a: number, p: Place) => number;
  readonly drive: (delta: number, u: number, b: number, a: number, p: Place) => number;
  /** h before a step. */
  readonly enter: (h: number, p: Place) => number;
  /** h of a step: rounding, forgetting. */
  readonly keep: (h: number, p: Place) => number;
  readonly read: (sum: number, h: number, c: number, p: Place, before: number) => number;
  readonly silu: (z: number, p: Place) => number;
  readonly finish: (y: number, skip: number, z: number | undefined, p: Place) => number;
  readonly group: Index;
  readonly walk: (inputs: ScanInputs) => readonly number[];
  readonly atU: Index;
  readonly atDt: Index;
  readonly atA: Index;
  readonly atB: Index;
  readonly atC: Index;
  readonly atD: Index;
  readonly atBias: Index;
  readonly atZ: Index;
  readonly atY: Index;
  readonly atInitial: Index;
  /** Steps done. */
  readonly steps: (length: number) => number;
  readonly initial: (given: number, p: Place) => number;
  /** Last state from h after the last step and the one before it. */
  readonly last: (h: number, before: number, p: Place) => number;
  readonly after: (outputs: { y: Float32Array; lastState: Float32Array }, inputs: ScanInputs) => ScanOutputs;
}

const ofToken = ({ b, e, token, inputs: { channels, length } }: Place): number => (b * channels + e) * length + token;
/** Index in B or C of a group. */
export const shared = ({ b, n, token, inputs: { groups, stateSize, length } }: Place, group: number): number =>
  ((b * groups + group) * stateSize + n) * length + token;

/** The right scan. */
export const RIGHT: Parts = {
  prepare: (inputs) => inputs,
  softplus: (x) => x <= 20 ? f(Math.log1p(f(Math.exp(x)))) : x,
  delta: (dt, bias, softplus, p) => softplus ? RIGHT.softplus(f(dt + bias), p) : f(dt + bias),
  exp: (x) => f(Math.exp(x)),
  decay: (delta, a, p) => RIGHT.exp(f(delta * a), p),
  drive: (delta, u, b) => f(f(delta * u) * b),
  enter: (h) => h,
  keep: (h) => h,
  read: (sum, h, c) => f(sum + f(h * c)),
  silu: (z) => f(z / f(1 + f(Math.exp(-z)))),
  finish: (y, skip, z, p) => z === undefined ? f(y + skip) : f(f(y + skip) * RIGHT.silu(z, p)),
  group: ({ e, inputs: { channels, groups } }) => Math.floor(e * groups / channels),
  walk: walkOf,
  atU: ofToken,
  atDt: ofToken,
  atA: ({ e, n, inputs: { stateSize } }) => e * stateSize + n,
  atB: (p) => shared(p, RIGHT.group(p)),
  atC: (p) => shared(p, RIGHT.group(p)),
  atD: ({ e }) => e,
  atBias: ({ e }) => e,
  atZ: ofToken,
  atY: ofToken,
  atInitial: ({ b, e, n, inputs: { channels, stateSize } }) => (b * channels + e) * stateSize + n,
  steps: (length) => length,
  initial: (given) => given,
  last: (h) => h,
  after: (outputs) => outputs,
};

/** What a wrong scan replaces. */
export type Changes = Partial<Parts>;

/** The plain scan with some parts replaced. Every scan has a memory of its own. */
export function scanWith(changes: Changes = {}): (inputs: ScanInputs) => ScanOutputs {
  const group = changes.group,
    indexed = group ? { atB: (p: Place) => shared(p, group(p)), atC: (p: Place) => shared(p, group(p)) } : {};
  const exp = changes.exp, decayed = exp ? { decay: (delta: number, a: number, p: Place) => exp(f(delta * a), p) } : {};
  const softplus = changes.softplus,
    stepped = softplus
      ? {
        delta: (dt: number, bias: number, smooth: boolean, p: Place) =>
          smooth ? softplus(f(dt + bias), p) : f(dt + bias),
      }
      : {};
  const silu = changes.silu,
    gated = silu
      ? {
        finish: (y: number, skip: number, z: number | undefined, p: Place) =>
          z === undefined ? f(y + skip) : f(f(y + skip) * silu(z, p)),
      }
      : {};
  const parts: Parts = { ...RIGHT, ...indexed, ...decayed, ...stepped, ...gated, ...changes };
  const left = new Float32Array(1024);
  return (given) => {
    const inputs = parts.prepare(given), { batch, channels, stateSize, length } = inputs;
    const y = new Float32Array(batch * channels * length), lastState = new Float32Array(batch * channels * stateSize);
    const walk = parts.walk(inputs), steps = parts.steps(length), h = new Float32Array(stateSize), before = h.slice();
    const p: Place = { b: 0, e: 0, n: 0, t: 0, token: 0, inputs, walk, left };
    for (p.b = 0; p.b < batch; p.b++) {
      for (p.e = 0; p.e < channels; p.e++) {
        p.t = 0;
        for (p.n = 0; p.n < stateSize; p.n++) h[p.n] = parts.initial(inputs.initialState?.[parts.atInitial(p)] ?? 0, p);
        for (p.t = 0; p.t < steps; p.t++) {
          p.token = walk[p.t]!;
          p.n = 0;
          const u = inputs.u[parts.atU(p)]!, bias = inputs.dtBias?.[parts.atBias(p)] ?? 0;
          const delta = parts.delta(inputs.dt[parts.atDt(p)]!, bias, inputs.softplus, p);
          let sum = 0;
          for (let n = 0; n < stateSize; n++) {
            p.n = n;
            const a = inputs.A[parts.atA(p)]!;
            before[n] = parts.enter(h[n]!, p);
            const kept = f(parts.decay(delta, a, p) * before[n]!);
            h[n] = parts.keep(f(kept + parts.drive(delta, u, inputs.B[parts.atB(p)]!, a, p)), p);
            sum = parts.read(sum, h[n]!, inputs.C[parts.atC(p)]!, p, before[n]!);
          }
          p.n = 0;
          const skip = f((inputs.D?.[parts.atD(p)] ?? 0) * u);
          y[parts.atY(p)] = parts.finish(sum, skip, inputs.z?.[parts.atZ(p)], p);
        }
        left.set(h.subarray(0, left.length));
        for (p.n = 0; p.n < stateSize; p.n++) {
          lastState[(p.b * channels + p.e) * stateSize + p.n] = parts.last(h[p.n]!, before[p.n]!, p);
        }
      }
    }
    return parts.after({ y, lastState }, inputs);
  };
}
