/**
 * Laws at the limits: strong decay, small steps, bounds, the range of single precision.
 *
 * @module
 */
import { silu } from "../reference/activation.ts";
import { deltaAt, finish } from "./forms/recurrence.ts";
import { type Numbers, type ScanInputs, shapeOf } from "./forms/scan_inputs.ts";
import { expectScan } from "./bound.ts";
import type { Law, Trial } from "./law.ts";

/** Up to here an implementation must be right; sums of a few more orders no longer fit single precision. */
const SAFE = 1e37;
/** Half of the largest number of single precision: below it the reference cannot overflow in any order of summing. */
const FINITE = 1.7e38;

/** Values of every group, state and step of channel e of image b at a token. */
function* statesOf({ channels, groups, stateSize, length, B, C }: ScanInputs, b: number, e: number, token: number) {
  const group = Math.floor(e * groups / channels);
  for (let n = 0; n < stateSize; n++) {
    const at = ((b * groups + group) * stateSize + n) * length + token;
    yield [n, B[at]!, C[at]!] as const;
  }
}

/** Calls `body` for every image, channel and token, tokens innermost and in order. */
function everywhere(
  { batch, channels, length }: ScanInputs,
  body: (b: number, e: number, token: number, at: number) => void,
) {
  for (let at = 0; at < batch * channels * length; at++) {
    const row = Math.floor(at / length);
    body(Math.floor(row / channels), row % channels, at % length, at);
  }
}

/** Steps small enough for first order: δ in [1e-7, 1e-3]. */
function withSmallSteps(trial: Trial): ScanInputs {
  const { inputs, dice } = trial;
  const exponents = dice.numbers(inputs.dt.length, -7, -3);
  return {
    ...inputs,
    dtBias: undefined,
    dt: exponents.map((power) => inputs.softplus ? power * Math.LN10 : 10 ** power),
    A: inputs.A.map((a) => Math.max(a, -16)),
  };
}

/** The same inputs with steps of at least 1e-3 or so, so that δA of a huge A is far beyond where the exponential ends. */
export function withSteps(inputs: ScanInputs): ScanInputs {
  const dt = inputs.dt.map((value) => Math.max(value, inputs.softplus ? -6 : 1e-3));
  return { ...inputs, dt, dtBias: inputs.dtBias?.map((value) => Math.max(value, inputs.softplus ? -7 : 0)) };
}

/** How far y may be where Euler and the true hold differ by ½|δA| of each drive: first order in δ. */
function firstOrder(inputs: ScanInputs): Float64Array {
  const apart = new Float64Array(inputs.u.length), { stateSize, A, u, z } = inputs;
  let state = new Float64Array(stateSize);
  everywhere(inputs, (b, e, token, at) => {
    if (token === 0) state = new Float64Array(stateSize);
    const delta = deltaAt(inputs, b, e, token);
    for (const [n, B, C] of statesOf(inputs, b, e, token)) {
      const x = delta * A[e * stateSize + n]!;
      state[n] = Math.exp(x) * state[n]! + Math.abs(delta * u[at]! * B * x) / 2;
      apart[at] = apart[at]! + Math.abs(C) * state[n]!;
    }
    if (z) apart[at] = apart[at]! * Math.abs(silu(z[at]!));
  });
  return apart;
}

/** The laws of limits. */
export const LIMIT_LAWS: readonly Law[] = [
  {
    name: "strong decay",
    statement: "For A → −∞ nothing is remembered: Euler leaves D·u + Δ(C·B)u, the true hold D·u alone.",
    formula: "A → −∞:  y = (D u + δ⟨C, B⟩u)·silu(z)",
    tolerance: "bound",
    check: async (trial) => {
      const { inputs, subject } = trial, euler = subject.discretisation !== "zoh";
      const run = await trial.run({ ...withSteps(inputs), A: inputs.A.map(() => -1e30) });
      const wanted = new Float64Array(run.y.length);
      everywhere(run.inputs, (b, e, token, at) => {
        const delta = deltaAt(run.inputs, b, e, token);
        let sum = 0;
        for (const [, B, C] of statesOf(run.inputs, b, e, token)) sum += euler ? delta * B * C * inputs.u[at]! : 0;
        wanted[at] = finish(run.inputs, b, e, token, sum);
      });
      const rest = 1e-28 * run.expected.magnitude.reduce((a, b) => Math.max(a, b), 0);
      trial.compareY("y", run, wanted, () => rest);
    },
  },
  {
    name: "small steps",
    statement: "For Δ → 0 Euler and the true hold agree to first order.",
    formula: "|y_Euler − y_ZOH| ≤ Σ |C|·Σ Ā⋯Ā·½|δA|·|δuB|",
    tolerance: "bound, and the first-order difference of the formula",
    check: async (trial) => {
      const run = await trial.run(withSmallSteps(trial));
      const other = trial.subject.discretisation === "zoh" ? "mamba" : "zoh";
      const apart = firstOrder(run.inputs);
      trial.compareY("y", run, expectScan(run.inputs, { discretisation: other }).y, (i) => apart[i]! * 1.01);
    },
  },
  {
    name: "boundedness",
    statement: "For A < 0 the state stays bounded however long the sequence is.",
    formula: "|h_t| ≤ max(|h_{−1}|, max|uB|·(max δ + 1/|A|))",
    tolerance: "bound",
    needs: ["lastState"],
    check: async (trial) => {
      const { inputs } = trial, { channels, stateSize, u } = inputs;
      const forward = inputs.softplus ? inputs : {
        ...inputs,
        dt: inputs.dt.map(Math.abs),
        dtBias: inputs.dtBias?.map(Math.abs),
      };
      const run = await trial.run({ ...forward, A: inputs.A.map((a) => Math.min(a, -1e-3)) });
      const driven = new Float64Array(inputs.batch * channels * stateSize);
      const largest = new Float64Array(inputs.batch * channels);
      everywhere(run.inputs, (b, e, token, at) => {
        const row = b * channels + e;
        largest[row] = Math.max(largest[row]!, Math.abs(deltaAt(run.inputs, b, e, token)));
        for (const [n, B] of statesOf(run.inputs, b, e, token)) {
          driven[row * stateSize + n] = Math.max(driven[row * stateSize + n]!, Math.abs(u[at]! * B));
        }
      });
      const shape = shapeOf("lastState", run.inputs);
      run.lastState!.forEach((h, i) => {
        const row = Math.floor(i / stateSize), a = Math.abs(run.inputs.A[row % channels * stateSize + i % stateSize]!);
        const limit = Math.max(Math.abs(inputs.initialState?.[i] ?? 0), driven[i]! * (largest[row]! + 1 / a));
        const off = run.expected.stateOff[i]!;
        if (!(Math.abs(h) <= limit + off)) trial.fail("the largest last state", shape, i, h, limit, off);
      });
    },
  },
  {
    name: "range",
    statement:
      "Below 1e37 there is no NaN and no overflow; above, a result is finite wherever no order of summing overflows.",
    formula: "Σ|δuB|, |h|, Σ|C·h| + |D·u|, |y| < 1e37 ⇒ y finite and within its bound",
    tolerance: "bound below 1e37; finite up to half of the largest float",
    exact: true,
    check: async (trial) => {
      const { inputs, dice } = trial;
      const spread = (values: Numbers, low: number, high: number): Float32Array =>
        Float32Array.from(values, (value) => value * 10 ** (dice.next() < 1 / 4 ? dice.between(low, high) : 0));
      const run = await trial.run({
        ...inputs,
        u: spread(inputs.u, 10, 20),
        B: spread(inputs.B, 0, 9),
        C: spread(inputs.C, 0, 9),
      });
      const { y, yOff, magnitude } = run.expected, shape = shapeOf("y", run.inputs);
      run.y.forEach((value, i) => {
        const off = yOff[i]!;
        const right = magnitude[i]! < SAFE
          ? Math.abs(value - y[i]!) <= off
          : magnitude[i]! > FINITE || Number.isFinite(value);
        if (!right) trial.fail("y", shape, i, value, y[i]!, off);
      });
    },
  },
];
