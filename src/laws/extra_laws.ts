/**
 * Laws of what few scans have: packed sequences, constant B and C, strided inputs, gradients. They are tried where the
 * implementation offers it.
 *
 * @module
 */
import { expectScan, SINGLE } from "./bound.ts";
import type { Dice } from "./dice.ts";
import { gradientsOf } from "./forms/adjoint.ts";
import { type Numbers, type ScanInputs, shapeOf, type TensorName, TENSORS, type View } from "./forms/scan_inputs.ts";
import type { Law, Trial } from "./law.ts";
import { pick, pickInputs, pickOutput, range, replaced } from "./views.ts";

/** Which sequence each token is of, [b, l], with some boundaries in every image. */
function packed({ batch, length }: ScanInputs, dice: Dice): Int32Array {
  const often = dice.pick([2, 5, 40]);
  let index = 0;
  return Int32Array.from({ length: batch * length }, (_, i) => {
    if (i % length === 0) index = 0;
    else if (dice.below(often) === 0) index++;
    return index;
  });
}

/** A tensor laid out with gaps, its axes in another order: a memory and the view that reads it. */
function scattered(values: Numbers, shape: readonly number[], dice: Dice): { memory: Numbers; view: View } {
  const order = dice.permutation(shape.length), strides = shape.map(() => 0), gap = 1 + dice.below(3);
  let stride = gap;
  for (const axis of order) {
    strides[axis] = stride;
    stride *= shape[axis]!;
    stride += dice.below(3);
  }
  const offset = dice.below(5), memory = new Float32Array(offset + stride).fill(NaN);
  values.forEach((value, i) => {
    let rest = i, at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += rest % shape[axis]! * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    memory[at] = value;
  });
  return { memory, view: { offset, strides } };
}

/** L = Σ upstream·y in double precision. */
function lossOf(inputs: ScanInputs): number {
  const { y } = expectScan(inputs);
  return y.reduce((sum, value, i) => sum + value * inputs.upstream![i]!, 0);
}

/** ∂L of one element by a central difference of the recurrence in double precision. */
function centralDifference(inputs: ScanInputs, name: TensorName, at: number): number {
  const values = Float64Array.from(inputs[name]!), eta = 1e-5 * Math.max(1, Math.abs(values[at]!));
  const loss = (value: number) => lossOf({ ...inputs, [name]: replaced(values, at, value) });
  return (loss(values[at]! + eta) - loss(values[at]! - eta)) / (2 * eta);
}

/** Compares the gradients that a run gave with central differences, and all elements with the adjoint that those confirm. */
async function compareGradients(trial: Trial, inputs: ScanInputs): Promise<void> {
  const run = await trial.run(inputs), wanted = gradientsOf(run.inputs), { dice } = trial;
  const r = trial.subject.roundoff ?? SINGLE, depth = 16 * (inputs.length + inputs.stateSize + 32);
  for (const name of TENSORS.filter((name) => run.inputs[name])) {
    const { values, around } = wanted[name]!, shape = shapeOf(name, inputs), got = run.gradients?.[name];
    if (got?.length !== values.length) {
      trial.fail(`the length of ∂L/∂${name}`, [1], 0, got?.length ?? 0, values.length, 0);
    }
    const off = (i: number) => depth * r * around[i]! + 1e-36;
    for (let k = 0; k < 3; k++) {
      const i = dice.below(values.length), slope = centralDifference(run.inputs, name, i);
      const error = 1e-6 * (around[i]! + 1);
      if (!(Math.abs(got[i]! - slope) <= off(i) + error)) {
        trial.fail(`∂L/∂${name}`, shape, i, got[i]!, slope, off(i) + error);
      }
    }
    trial.compare(`∂L/∂${name}`, shape, got, values, off);
  }
}

/** The laws of extras. */
export const EXTRA_LAWS: readonly Law[] = [
  {
    name: "packed sequences",
    statement: "Sequences packed one after the other are as each alone: the state begins anew at every boundary.",
    formula: "scan([x₁ | x₂ | …]) = [scan(x₁) | scan(x₂) | …]",
    tolerance: "bounds of both scans",
    asks: ["packed"],
    check: async (trial) => {
      const { inputs, dice } = trial, { batch, length } = inputs, sequence = packed(inputs, dice);
      const run = await trial.run({ ...inputs, sequence });
      const b = dice.below(batch), of = (t: number) => sequence[b * length + t];
      const first = dice.pick(range(0, length).filter((t) => t === 0 || of(t) !== of(t - 1)));
      const end = range(first + 1, length).find((t) => of(t) !== of(first)) ?? length;
      const part = pickInputs(pickInputs(inputs, "b", [b]), "l", range(first, end));
      const alone = await trial.run({ ...part, initialState: first === 0 ? part.initialState : undefined });
      const cut = (values: Numbers) =>
        pick(pickOutput("y", values, inputs, "b", [b]), [1, inputs.channels, length], 2, range(first, end));
      const off = cut(run.expected.yOff);
      trial.compareY("y of all sequences", run, run.expected.y);
      trial.compareState("the last state of the last sequence", run, run.expected.lastState);
      const what = `y of steps ${first} to ${end} of image ${b}`;
      trial.compare(what, shapeOf("y", alone.inputs), cut(run.y), alone.y, (i) => off[i]! + alone.expected.yOff[i]!);
    },
  },
  {
    name: "constant B and C",
    statement: "B and C of a channel that do not change in time are as the same B and C at every token.",
    formula: "scan(B [e, n]) = scan(B_l = B for all l)",
    tolerance: "bound",
    asks: ["constant"],
    check: async (trial) => {
      const { inputs, dice } = trial, constant = dice.pick([["B"], ["C"], ["B", "C"]] as const);
      const numbers = () => dice.numbers(inputs.channels * inputs.stateSize, -1, 1);
      const held = Object.fromEntries(constant.map((name) => [name, numbers()]));
      const run = await trial.run({ ...inputs, ...held, constant });
      trial.compareY(`y for constant ${constant.join(" and ")}`, run, run.expected.y);
      trial.compareState(`the last state for constant ${constant.join(" and ")}`, run, run.expected.lastState);
    },
  },
  {
    name: "strides",
    statement:
      "Where the elements of the inputs lie does not matter: gaps, other orders of the axes, C over B, one u for all.",
    formula: "scan(views of memory) = scan(copies)",
    tolerance: "bound",
    asks: ["strides"],
    check: async (trial) => {
      const { inputs, dice } = trial, views: Partial<Record<TensorName, View>> = {}, laid: Record<string, Numbers> = {};
      for (const name of ["u", "dt", "B", "C", "z"] as const) {
        const values = inputs[name];
        if (!values) continue;
        const { memory, view } = scattered(values, shapeOf(name, inputs), dice);
        [laid[name], views[name]] = [memory, view];
      }
      if (dice.next() < 1 / 2) [laid.C, views.C] = [laid.B!, views.B!];
      // One channel of u for all, as `expand` gives it.
      if (dice.next() < 1 / 2) views.u = { ...views.u!, strides: views.u!.strides.with(1, 0) };
      const run = await trial.run({ ...inputs, ...laid, views });
      trial.compareY("y of strided inputs", run, run.expected.y);
      trial.compareState("the last state of strided inputs", run, run.expected.lastState);
    },
  },
  {
    name: "gradients",
    statement: "The gradients are the slopes of the scan, for every input.",
    formula: "∂L/∂x = (L(x + η) − L(x − η))/2η,  L = Σ ȳ·y",
    tolerance: "16·(l + n + 32)·r of all that is added up, and 1e-6 of it for a difference",
    asks: ["gradients"],
    mambaOnly: true,
    exact: true,
    longest: 65,
    check: async (trial) => {
      const { dice } = trial, some = (count: number, most: number) => range(0, Math.min(count, most));
      const fewer = pickInputs(trial.inputs, "b", some(trial.inputs.batch, 2));
      const inputs = pickInputs(fewer, "l", some(fewer.length, 33));
      // Differences need values of a size: what single precision can hardly hold has no slope that it can tell.
      const tame = (values: Numbers, most: number) => values.map((value) => Math.min(most, Math.max(-most, value)));
      await compareGradients(trial, {
        ...inputs,
        u: tame(inputs.u, 4),
        dt: tame(inputs.dt, 8),
        A: tame(inputs.A, 16),
        B: tame(inputs.B, 4),
        C: tame(inputs.C, 4),
        upstream: dice.numbers(inputs.u.length, -1, 1),
        ...(inputs.z ? { z: tame(inputs.z, 20) } : {}),
        ...(inputs.D ? { D: tame(inputs.D, 4) } : {}),
        ...(inputs.dtBias ? { dtBias: tame(inputs.dtBias, 8) } : {}),
        ...(inputs.initialState ? { initialState: tame(inputs.initialState, 4) } : {}),
      });
    },
  },
];
