/**
 * Laws of algebra: what may be added, scaled, permuted, repeated or taken out.
 *
 * @module
 */
import { silu } from "../reference/activation.ts";
import { recurrenceOf } from "./forms/recurrence.ts";
import { type Numbers, type ScanInputs, shapeOf } from "./forms/scan_inputs.ts";
import { semiseparableMatrix } from "./forms/semiseparable.ts";
import type { Axis } from "./views.ts";
import type { Law, Trial } from "./law.ts";
import { pickInputs, pickOutput, range, replaced } from "./views.ts";

/** a·x + b·y, rounded to single precision. */
const mix = (a: number, x: Numbers, b: number, y: Numbers): Float32Array =>
  Float32Array.from(x, (value, i) => a * value + b * y[i]!);

/** Permuting an axis of the inputs permutes y and the last state. */
export async function permutes(trial: Trial, axis: Axis, picked: readonly number[]): Promise<void> {
  const { inputs } = trial, plain = await trial.run(inputs), moved = await trial.run(pickInputs(inputs, axis, picked));
  const y = (values: Numbers) => axis === "n" ? values : pickOutput("y", values, inputs, axis, picked);
  const state = (values: Numbers) => pickOutput("lastState", values, inputs, axis, picked);
  const yOff = y(plain.expected.yOff), stateOff = state(plain.expected.stateOff);
  const order = `permuted ${picked.join(", ")}`;
  trial.compareY(`y ${order}`, moved, y(plain.y), (i) => yOff[i]!);
  if (plain.lastState) {
    trial.compareState(`the last state ${order}`, moved, state(plain.lastState), (i) => stateOff[i]!);
  }
}

/** The inputs with B and C repeated for every channel. */
function ungrouped(inputs: ScanInputs): ScanInputs {
  const { channels, groups } = inputs;
  const picked = range(0, channels).map((e) => Math.floor(e * groups / channels));
  return pickInputs(inputs, "g", picked);
}

/** The laws of algebra. */
export const ALGEBRA_LAWS: readonly Law[] = [
  {
    name: "linearity",
    statement: "For fixed Δ, B and C the scan is linear in the input and the state together.",
    formula: "scan(αu + βv; αh + βg) = α·scan(u; h) + β·scan(v; g)",
    tolerance: "bound of the mixture, and twice those of the parts, scaled (αu + βv is rounded too)",
    exact: true,
    check: async (trial) => {
      const { inputs, dice } = trial, alpha = dice.between(-2, 2), beta = dice.between(-2, 2);
      const v = dice.numbers(inputs.u.length, -2, 2), h = inputs.initialState;
      const g = h && dice.numbers(h.length, -1, 1);
      const first = await trial.run(inputs), second = await trial.run({ ...inputs, u: v, initialState: g });
      const u = mix(alpha, inputs.u, beta, v), initialState = h && mix(alpha, h, beta, g!);
      const both = await trial.run({ ...inputs, u, initialState });
      // The mixture is rounded to single precision before it is scanned, which costs as much as a scan's own rounding.
      const combined = (a: Numbers, b: Numbers) => Float64Array.from(a, (value, i) => alpha * value + beta * b[i]!);
      const off = (a: Numbers, b: Numbers) => (i: number) => 2 * (Math.abs(alpha) * a[i]! + Math.abs(beta) * b[i]!);
      trial.compareY("y", both, combined(first.y, second.y), off(first.expected.yOff, second.expected.yOff));
      if (!first.lastState) return;
      const states = combined(first.lastState, second.lastState!);
      trial.compareState("the last state", both, states, off(first.expected.stateOff, second.expected.stateOff));
    },
  },
  {
    name: "scaling",
    statement: "A factor on B scales the state, one on C only the output; their product scales y.",
    formula: "scan(βB, γC; βh) = βγ·scan(B, C; h)  without D and z",
    tolerance: "bounds of both scans, scaled",
    exact: true,
    check: async (trial) => {
      const bare = { ...trial.inputs, D: undefined, z: undefined };
      const beta = 2 ** (trial.dice.below(7) - 3), gamma = -(2 ** (trial.dice.below(7) - 3));
      const scale = (values: Numbers, factor: number) => values.map((value) => value * factor);
      const plain = await trial.run(bare);
      const run = await trial.run({
        ...bare,
        B: scale(bare.B, beta),
        C: scale(bare.C, gamma),
        initialState: bare.initialState && scale(bare.initialState, beta),
      });
      const factor = Math.abs(beta * gamma);
      trial.compareY(
        "y",
        run,
        scale(Float64Array.from(plain.y), beta * gamma),
        (i) => factor * plain.expected.yOff[i]!,
      );
      if (!plain.lastState) return;
      const state = scale(Float64Array.from(plain.lastState), beta);
      trial.compareState("the last state", run, state, (i) => beta * plain.expected.stateOff[i]!);
    },
  },
  {
    name: "channel permutation",
    statement: "Channels do not know of each other: permuting them (with a B and C of their own) permutes the result.",
    formula: "scan(P x) = P scan(x)",
    tolerance: "bounds of both scans",
    needs: ["groups"],
    check: async (trial) => {
      const inputs = ungrouped(trial.inputs), picked = trial.dice.permutation(inputs.channels);
      const plain = await trial.run(inputs),
        moved = await trial.run(pickInputs(pickInputs(inputs, "e", picked), "g", picked));
      const arrange = (values: Numbers) => pickOutput("y", values, inputs, "e", picked);
      const off = arrange(plain.expected.yOff);
      trial.compareY(`y of channels ${picked.join(", ")}`, moved, arrange(plain.y), (i) => off[i]!);
    },
  },
  {
    name: "state permutation",
    statement: "The order of the states does not matter.",
    formula: "scan(A P, P B, P C) = scan(A, B, C)",
    tolerance: "bounds of both scans",
    check: (trial) => permutes(trial, "n", trial.dice.permutation(trial.inputs.stateSize)),
  },
  {
    name: "groups",
    statement: "Groups share B and C: repeating those for every channel changes nothing.",
    formula: "B_e = B_⌊e·groups/channels⌋",
    tolerance: "bounds of both scans",
    needs: ["groups"],
    check: async (trial) => {
      const grouped = await trial.run(trial.inputs), repeated = await trial.run(ungrouped(trial.inputs));
      trial.compareY("y", grouped, repeated.y, (i) => repeated.expected.yOff[i]!);
      if (!repeated.lastState) return;
      trial.compareState("the last state", grouped, repeated.lastState, (i) => repeated.expected.stateOff[i]!);
    },
  },
  {
    name: "skip and gate",
    statement: "The skip is added to the bare scan, then the gate multiplies the sum.",
    formula: "scan(D, z) = (scan + D u)·silu(z)",
    tolerance: "bounds of both scans",
    needs: ["skip", "gate"],
    check: async (trial) => {
      const { inputs, dice } = trial, { channels, length } = inputs;
      const D = inputs.D ?? dice.numbers(channels, -1.5, 1.5), z = inputs.z ?? dice.numbers(inputs.u.length, -3, 3);
      const bare = await trial.run({ ...inputs, D: undefined, z: undefined });
      const full = await trial.run({ ...inputs, D, z });
      const wanted = Float64Array.from(
        bare.y,
        (value, i) => (value + D[Math.floor(i / length) % channels]! * inputs.u[i]!) * silu(z[i]!),
      );
      trial.compareY("y", full, wanted, (i) => Math.abs(silu(z[i]!)) * bare.expected.yOff[i]!);
    },
  },
  {
    name: "bias",
    statement: "The bias is added to dt before softplus, once.",
    formula: "scan(dt, bias) = scan(dt + bias, 0)",
    tolerance: "bounds of both scans",
    needs: ["bias"],
    exact: true,
    check: async (trial) => {
      const { inputs, dice } = trial, { channels, length } = inputs;
      const dtBias = inputs.dtBias ?? dice.numbers(channels, 0, 0.5);
      const dt = Float32Array.from(inputs.dt, (value, i) => value + dtBias[Math.floor(i / length) % channels]!);
      const biased = await trial.run({ ...inputs, dtBias }),
        plain = await trial.run({ ...inputs, dt, dtBias: undefined });
      trial.compareY("y", biased, plain.y, (i) => plain.expected.yOff[i]!);
    },
  },
  {
    name: "derivative",
    statement: "A pulse at step s moves y by its size times column s of the matrix: the derivative, without gradients.",
    formula: "(scan(u + η·1_s) − scan(u))/η = ∂y/∂u_s = silu(z)·(M_·s + D·1_s)",
    tolerance: "bounds of both scans over η",
    longest: 257,
    exact: true,
    check: async (trial) => {
      const { inputs, dice } = trial, { batch, channels, length, u, D, z } = inputs;
      const b = dice.below(batch), e = dice.below(channels), s = dice.below(length);
      const row = (b * channels + e) * length, pulsed = replaced(u, row + s, u[row + s]! + 4);
      const eta = pulsed[row + s]! - u[row + s]!;
      // A pulse that drowns in a huge input has no size to divide by.
      if (eta === 0) return;
      const plain = await trial.run(inputs), moved = await trial.run({ ...inputs, u: pulsed });
      const matrix = semiseparableMatrix(recurrenceOf(inputs, b, e, trial.subject.discretisation ?? "mamba"));
      const wanted = Float64Array.from(u, (_, i) => {
        const t = i - row;
        if (t < 0 || t >= length) return 0;
        return (matrix[t * length + s]! + (t === s ? D?.[e] ?? 0 : 0)) * (z ? silu(z[i]!) : 1);
      });
      const got = wanted.map((_, i) => (moved.y[i]! - plain.y[i]!) / eta);
      trial.compare(
        `∂y/∂u[${b}, ${e}, ${s}]`,
        shapeOf("y", inputs),
        got,
        wanted,
        (i) => (plain.expected.yOff[i]! + moved.expected.yOff[i]!) / Math.abs(eta),
      );
    },
  },
];
