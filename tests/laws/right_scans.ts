/**
 * Right scans that compute in other ways: other orders of operations, other exponentials, other loops. The laws must accept
 * all of them, on any seed.
 *
 * @module
 */
import { scanBy } from "../../src/laws/forms/recurrence.ts";
import { type ScanInputs, type ScanOutputs, walkOf } from "../../src/laws/forms/scan_inputs.ts";
import { sequential } from "../../src/laws/forms/sequential.ts";
import type { Scan } from "../../src/laws/mod.ts";
import { f, type Place, RIGHT, scanWith } from "./mutants/plain.ts";

/** A recurrence of one row in single precision: a, x [l, n] in, all states [l, n] out. */
export type Solve = (a: Float32Array, x: Float32Array, initial: Float32Array, n: number) => Float32Array;

/** Prefixes in ⌈log₂ l⌉ rounds (Hillis and Steele). */
const rounds: Solve = (a, x, initial, n) => {
  a = a.slice(), x = x.slice();
  for (let reach = n; reach < a.length; reach *= 2) {
    const [later, sum] = [a.slice(), x.slice()];
    for (let i = reach; i < a.length; i++) {
      later[i] = a[i]! * a[i - reach]!;
      sum[i] = f(a[i]! * x[i - reach]!) + x[i]!;
    }
    [a, x] = [later, sum];
  }
  return x.map((value, i) => f(a[i]! * initial[i % n]!) + value);
};

/** Up and down a tree (Blelloch), as a recursion: pairs, their prefixes, then the elements between. */
const tree: Solve = (a, x, initial, n) => {
  const solve = (a: Float32Array, x: Float32Array): [Float32Array, Float32Array] => {
    const length = a.length / n, pairs = Math.floor(length / 2);
    if (pairs === 0) return [a, x];
    const upA = new Float32Array(pairs * n), upX = upA.slice();
    for (let i = 0; i < pairs * n; i++) {
      const left = Math.floor(i / n) * 2 * n + i % n, right = left + n;
      upA[i] = a[right]! * a[left]!;
      upX[i] = f(a[right]! * x[left]!) + x[right]!;
    }
    const [downA, downX] = solve(upA, upX), outA = a.slice(), outX = x.slice();
    for (let i = n; i < a.length; i++) {
      const t = Math.floor(i / n), before = (Math.floor((t + 1) / 2) - 1) * n + i % n;
      outA[i] = t % 2 === 1 ? downA[before]! : a[i]! * downA[before]!;
      outX[i] = t % 2 === 1 ? downX[before]! : f(a[i]! * downX[before]!) + x[i]!;
    }
    return [outA, outX];
  };
  const [allA, allX] = solve(a, x);
  return allX.map((value, i) => f(allA[i]! * initial[i % n]!) + value);
};

/** Chunks from zero, to which what came in is added by the product of decays. */
const chunks = (chunk: number): Solve => (a, x, initial, n) => {
  const out = new Float32Array(x.length);
  let incoming = initial.slice();
  for (let first = 0; first < x.length; first += chunk * n) {
    const end = Math.min(x.length, first + chunk * n);
    for (let k = 0; k < n; k++) {
      let own = 0, decay = 1;
      for (let i = first + k; i < end; i += n) {
        own = f(f(a[i]! * own) + x[i]!);
        decay = f(decay * a[i]!);
        out[i] = own + f(decay * incoming[k]!);
      }
    }
    incoming = out.slice(end - n, end);
  }
  return out;
};

/** A scan whose recurrence is solved in one of these ways. */
export function by(solve: Solve): Scan {
  return (inputs: ScanInputs): ScanOutputs => {
    const { batch, channels, stateSize, length, initialState, D, z } = inputs, walk = walkOf(inputs);
    const y = new Float32Array(batch * channels * length), lastState = new Float32Array(batch * channels * stateSize);
    const p = { b: 0, e: 0, n: 0, t: 0, token: 0, inputs, walk, left: y } satisfies Place;
    for (let row = 0; row < batch * channels; row++) {
      p.b = Math.floor(row / channels), p.e = row % channels;
      const a = new Float32Array(length * stateSize), x = a.slice(), initial = new Float32Array(stateSize);
      initial.forEach((_, n) => initial[n] = initialState?.[row * stateSize + n] ?? 0);
      walk.forEach((token, t) => {
        p.token = token;
        const at = row * length + token, bias = inputs.dtBias?.[p.e] ?? 0;
        const delta = RIGHT.delta(inputs.dt[at]!, bias, inputs.softplus, p);
        for (p.n = 0; p.n < stateSize; p.n++) {
          const A = inputs.A[RIGHT.atA(p)]!;
          a[t * stateSize + p.n] = RIGHT.decay(delta, A, p);
          x[t * stateSize + p.n] = RIGHT.drive(delta, inputs.u[at]!, inputs.B[RIGHT.atB(p)]!, A, p);
        }
      });
      const h = solve(a, x, initial, stateSize);
      walk.forEach((token, t) => {
        p.token = token;
        let sum = 0;
        for (p.n = 0; p.n < stateSize; p.n++) sum = f(sum + f(h[t * stateSize + p.n]! * inputs.C[RIGHT.atC(p)]!));
        const at = row * length + token;
        y[at] = RIGHT.finish(sum, f((D?.[p.e] ?? 0) * inputs.u[at]!), z?.[at], p);
      });
      lastState.set(h.subarray((length - 1) * stateSize), row * stateSize);
    }
    return { y, lastState };
  };
}

/** exp by halving the argument to ±ln2/2 and a polynomial (Cephes), clamped where single precision ends. */
const polynomial = (x: number): number => {
  if (Number.isNaN(x)) return x;
  x = Math.min(88, Math.max(-87, x));
  const k = Math.round(x * Math.LOG2E), r = f(f(x - f(k * 0.693359375)) + f(k * 2.12194440e-4));
  let sum = 1.9875691500e-4;
  for (const c of [1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]) {
    sum = f(f(sum * r) + c);
  }
  return f(f(f(f(sum * f(r * r)) + r) + 1) * 2 ** k);
};
const flush = (x: number): number => Math.abs(x) < 2 ** -126 ? 0 : x;

/** Right scans by how they compute. */
export const RIGHT_SCANS: Readonly<Record<string, Scan>> = {
  "step by step": scanWith(),
  "double precision": (inputs) => scanBy(sequential, inputs),
  "prefixes in rounds": by(rounds),
  "prefixes by a tree": by(tree),
  "chunks of 16": by(chunks(16)),
  "chunks of 256": by(chunks(256)),
  "states added from the last": scanWith({
    atA: (p) => RIGHT.atA({ ...p, n: p.inputs.stateSize - 1 - p.n }),
    atB: (p) => RIGHT.atB({ ...p, n: p.inputs.stateSize - 1 - p.n }),
    atC: (p) => RIGHT.atC({ ...p, n: p.inputs.stateSize - 1 - p.n }),
    atInitial: (p) => RIGHT.atInitial({ ...p, n: p.inputs.stateSize - 1 - p.n }),
    after: ({ y, lastState }, { stateSize: n }) => ({
      y,
      lastState: lastState.map((_, i) => lastState[i - i % n + n - 1 - i % n]!),
    }),
  }),
  "fused multiply and add": scanWith({ read: (sum, h, c) => f(sum + h * c), drive: (d, u, b) => d * u * b }),
  "exp by powers of two": scanWith({ exp: (x) => f(2 ** f(x * f(Math.LOG2E))) }),
  "exp by a clamped polynomial": scanWith({ exp: polynomial }),
  "δB before u": scanWith({ drive: (d, u, b) => f(f(d * b) * u) }),
  "softplus from above": scanWith({
    softplus: (x) => Number.isNaN(x) ? x : f(Math.max(x, 0) + f(Math.log1p(f(Math.exp(-Math.abs(x)))))),
  }),
  "silu by sigmoid": scanWith({ silu: (z) => f(z * f(1 / f(1 + f(Math.exp(-z))))) }),
  "denormals flushed": scanWith({
    keep: flush,
    exp: (x) => flush(f(Math.exp(x))),
    drive: (d, u, b) => flush(f(flush(f(d * flush(u))) * flush(b))),
  }),
  "D·u before the states": scanWith({
    read: (sum, h, c, p) => f((p.n === 0 ? f((p.inputs.D?.[p.e] ?? 0) * p.inputs.u[RIGHT.atU(p)]!) : sum) + f(h * c)),
    finish: (y, _, z, p) => RIGHT.finish(y, 0, z, p),
  }),
  "exponents in double precision": scanWith({ decay: (d, a) => f(Math.exp(d * a)), drive: (d, u, b) => f(d * u * b) }),
};
