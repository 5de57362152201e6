/**
 * Wrong scans. Each is the plain scan below with one thing wrong, as it goes wrong in real kernels; the laws must tell
 * every one of them from a right one.
 *
 * @module
 */
import type { ScanInputs, ScanOutputs } from "../../src/laws/forms/scan_inputs.ts";
import { walkOf } from "../../src/laws/forms/scan_inputs.ts";
import { decodeF16, narrowF16 } from "../../src/checkpoint/half.ts";

const f = Math.fround;
const sigmoid = (x: number): number => f(1 / f(1 + f(Math.exp(-x))));
const half = (x: number): number => {
  const { bytes } = narrowF16(Float32Array.of(x));
  return decodeF16(bytes[0]! + 256 * bytes[1]!);
};

/** The parts of a scan that a mutant may get wrong; everything in single precision. */
interface Parts {
  readonly prepare: (inputs: ScanInputs) => ScanInputs;
  readonly delta: (dt: number, bias: number, softplus: boolean) => number;
  readonly decay: (delta: number, a: number, t: number) => number;
  readonly drive: (delta: number, u: number, b: number, a: number) => number;
  /** Keeps h of a step: rounding, forgetting. */
  readonly keep: (h: number, t: number, n: number, stateSize: number) => number;
  readonly finish: (y: number, skip: number, z: number | undefined) => number;
  readonly groupOf: (e: number, inputs: ScanInputs) => number;
  readonly indexOfA: (e: number, n: number, inputs: ScanInputs) => number;
  readonly indexOfC: (n: number, stateSize: number) => number;
  /** Image whose B is read. */
  readonly imageOfB: (b: number) => number;
  /** The walk of B and C, where it is not that of u. */
  readonly walkOfB: (inputs: ScanInputs) => readonly number[];
  readonly walk: (inputs: ScanInputs) => readonly number[];
  /** Steps done. */
  readonly stepsOf: (length: number) => number;
  /** What h starts from; `left` is what the row before left behind. */
  readonly initial: (inputs: ScanInputs, b: number, e: number, n: number, left: number) => number;
  /** Whether y is read before the state moves on. */
  readonly early: boolean;
  /** Last state from h after the last step and the one before it. */
  readonly last: (h: number, before: number) => number;
}

const RIGHT: Parts = {
  prepare: (inputs) => inputs,
  delta: (dt, bias, softplus) => {
    const x = f(dt + bias);
    return softplus && x <= 20 ? f(Math.log1p(f(Math.exp(x)))) : x;
  },
  decay: (delta, a) => f(Math.exp(f(delta * a))),
  drive: (delta, u, b) => f(f(delta * u) * b),
  keep: (h) => h,
  finish: (y, skip, z) => z === undefined ? f(y + skip) : f(f(y + skip) * f(z * sigmoid(z))),
  groupOf: (e, { channels, groups }) => Math.floor(e * groups / channels),
  indexOfA: (e, n, { stateSize }) => e * stateSize + n,
  indexOfC: (n) => n,
  imageOfB: (b) => b,
  walkOfB: walkOf,
  walk: walkOf,
  stepsOf: (length) => length,
  initial: ({ initialState, channels, stateSize }, b, e, n) => initialState?.[(b * channels + e) * stateSize + n] ?? 0,
  early: false,
  last: (h) => h,
};

/** The plain scan in single precision, with some parts replaced. */
export function scanWith(changes: Partial<Parts> = {}): (inputs: ScanInputs) => ScanOutputs {
  const parts = { ...RIGHT, ...changes }, left = new Float32Array(512);
  return (given) => {
    const inputs = parts.prepare(given), { batch, channels, groups, stateSize, length } = inputs;
    const y = new Float32Array(batch * channels * length), lastState = new Float32Array(batch * channels * stateSize);
    const walk = parts.walk(inputs), walkB = parts.walkOfB(inputs), steps = parts.stepsOf(length);
    for (let b = 0; b < batch; b++) {
      for (let e = 0; e < channels; e++) {
        const row = (b * channels + e) * length, group = parts.groupOf(e, inputs);
        const h = Float32Array.from({ length: stateSize }, (_, n) => parts.initial(inputs, b, e, n, left[n]!));
        let before = h;
        for (let t = 0; t < steps; t++) {
          const token = walk[t]!, u = inputs.u[row + token]!;
          const delta = parts.delta(inputs.dt[row + token]!, inputs.dtBias?.[e] ?? 0, inputs.softplus);
          before = h.slice();
          let sum = 0;
          for (let n = 0; n < stateSize; n++) {
            const at = (image: number, state: number) =>
              ((image * groups + group) * stateSize + state) * length + walkB[t]!;
            const a = inputs.A[parts.indexOfA(e, n, inputs)]!;
            const kept = f(parts.decay(delta, a, t) * h[n]!);
            h[n] = parts.keep(f(kept + parts.drive(delta, u, inputs.B[at(parts.imageOfB(b), n)]!, a)), t, n, stateSize);
            sum = f(sum + f((parts.early ? before : h)[n]! * inputs.C[at(b, parts.indexOfC(n, stateSize))]!));
          }
          y[row + token] = parts.finish(sum, f((inputs.D?.[e] ?? 0) * u), inputs.z?.[row + token]);
        }
        left.set(h);
        h.forEach((value, n) => lastState[(b * channels + e) * stateSize + n] = parts.last(value, before[n]!));
      }
    }
    return { y, lastState };
  };
}

/** `exp(x)` with the relative error of a short polynomial. */
const coarseExp = (x: number): number => f(Math.exp(x) * (1 + 1e-4 * Math.sin(x)));

/** Wrong scans by what is wrong with them. */
export const MUTANTS: Readonly<Record<string, Partial<Parts>>> = {
  "no bias": { delta: (dt, _, softplus) => RIGHT.delta(dt, 0, softplus) },
  "bias twice": { delta: (dt, bias, softplus) => RIGHT.delta(dt, 2 * bias, softplus) },
  "bias after softplus": { delta: (dt, bias, softplus) => f(RIGHT.delta(dt, 0, softplus) + bias) },
  "no softplus": { delta: (dt, bias) => RIGHT.delta(dt, bias, false) },
  "softplus always": { delta: (dt, bias) => RIGHT.delta(dt, bias, true) },
  "softplus without threshold": {
    delta: (dt, bias, softplus) => softplus ? f(Math.log1p(f(Math.exp(f(dt + bias))))) : f(dt + bias),
  },
  "softplus threshold at 5": {
    delta: (dt, bias, softplus) => RIGHT.delta(dt, bias, softplus && dt + bias <= 5),
  },
  "log(1 + x) for log1p": {
    delta: (dt, bias, softplus) =>
      softplus && dt + bias <= 20 ? f(Math.log(f(1 + f(Math.exp(f(dt + bias)))))) : f(dt + bias),
  },
  "steps clamped to 10": { delta: (...x) => Math.min(10, RIGHT.delta(...x)) },
  "steps in half precision": { delta: (...x) => half(RIGHT.delta(...x)) },
  "hold instead of Euler": { drive: (delta, u, b, a) => f(f((a === 0 ? delta : Math.expm1(delta * a) / a) * u) * b) },
  "Euler for A too": { decay: (delta, a) => f(1 + f(delta * a)) },
  "bilinear A": { decay: (delta, a) => f((1 + delta * a / 2) / (1 - delta * a / 2)) },
  "A negated": { decay: (delta, a) => f(Math.exp(f(-delta * a))) },
  "B without Δ": { drive: (_, u, b) => f(u * b) },
  "Δ twice in B": { drive: (delta, u, b) => f(f(delta * f(delta * u)) * b) },
  "decay clamped at e⁻²⁰": { decay: (delta, a) => f(Math.exp(Math.max(-20, delta * a))) },
  "coarse exponential": { decay: (delta, a) => coarseExp(f(delta * a)) },
  "missing D": { finish: (y, _, z) => RIGHT.finish(y, 0, z) },
  "D twice": { finish: (y, skip, z) => RIGHT.finish(y, 2 * skip, z) },
  "gate before D": { finish: (y, skip, z) => f(RIGHT.finish(y, 0, z) + skip) },
  "sigmoid for silu": { finish: (y, skip, z) => z === undefined ? f(y + skip) : f(f(y + skip) * sigmoid(z)) },
  "no gate": { finish: (y, skip) => f(y + skip) },
  "wrong group map": { groupOf: (e, { groups }) => e % groups },
  "first group for all": { groupOf: () => 0 },
  "transposed A": { indexOfA: (e, n, { channels }) => n * channels + e },
  "first channel's A for all": { indexOfA: (_, n) => n },
  "reversed C": { indexOfC: (n, stateSize) => stateSize - 1 - n },
  "B of the first image for all": { imageOfB: () => 0 },
  "B and C exchanged": { prepare: (inputs) => ({ ...inputs, B: inputs.C, C: inputs.B }) },
  "y of the state before": { early: true },
  "missing last element": { stepsOf: (length) => length - 1 },
  "last state one step early": { last: (_, before) => before },
  "initial state ignored": { initial: () => 0 },
  "initial state of the first image": {
    initial: ({ initialState, stateSize }, _, e, n) => initialState?.[e * stateSize + n] ?? 0,
  },
  "stale state between images": {
    initial: (inputs, b, e, n, left) =>
      b > 0 && e === 0 && !inputs.initialState ? left : RIGHT.initial(inputs, b, e, n, 0),
  },
  "stale state between calls": {
    initial: (inputs, b, e, n, left) =>
      b === 0 && e === 0 && !inputs.initialState ? left : RIGHT.initial(inputs, b, e, n, 0),
  },
  "chunks of 16 without carry": { decay: (delta, a, t) => t > 0 && t % 16 === 0 ? 0 : RIGHT.decay(delta, a, t) },
  "chunk carry decayed twice": {
    decay: (delta, a, t) => t > 0 && t % 8 === 0 ? RIGHT.decay(delta, 2 * a, t) : RIGHT.decay(delta, a, t),
  },
  "chunk carry not decayed": { decay: (delta, a, t) => t > 0 && t % 8 === 0 ? 1 : RIGHT.decay(delta, a, t) },
  "half-precision state": { keep: half },
  "states beyond a multiple of 4 dropped": {
    keep: (h, _, n, stateSize) => n >= stateSize - stateSize % 4 ? 0 : h,
  },
  "tiny states flushed at 1e-6": { keep: (h) => Math.abs(h) < 1e-6 ? 0 : h },
  "state clamped to 1e9": { keep: (h) => Number.isNaN(h) ? h : Math.min(1e9, Math.max(-1e9, h)) },
  "NaN swallowed": { keep: (h) => Number.isNaN(h) ? 0 : h },
  "reversed order ignored": {
    walk: (inputs) => walkOf(inputs.order === "rowReversed" ? { ...inputs, order: "row" } : inputs),
    walkOfB: (inputs) => walkOf(inputs.order === "rowReversed" ? { ...inputs, order: "row" } : inputs),
  },
  "B and C not reversed": {
    walkOfB: (inputs) => walkOf(inputs.order === "rowReversed" ? { ...inputs, order: "row" } : inputs),
  },
  "rows and columns exchanged": {
    walk: (inputs) => walkOf({ ...inputs, gridWidth: inputs.length / (inputs.gridWidth ?? inputs.length) }),
    walkOfB: (inputs) => walkOf({ ...inputs, gridWidth: inputs.length / (inputs.gridWidth ?? inputs.length) }),
  },
  "input of the next step": {
    prepare: (inputs) => {
      const { length, u } = inputs;
      return { ...inputs, u: u.map((value, i) => (i + 1) % length === 0 ? value : u[i + 1]!) };
    },
  },
  "dt overwritten by δ": {
    prepare: (inputs) => {
      inputs.dt.forEach((dt, i) => {
        const e = Math.floor(i / inputs.length) % inputs.channels;
        inputs.dt[i] = RIGHT.delta(dt, inputs.dtBias?.[e] ?? 0, inputs.softplus);
      });
      return { ...inputs, dtBias: undefined, softplus: false };
    },
  },
};
