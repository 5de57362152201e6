/**
 * Laws about time: cutting the sequence, walking it in other orders, cause and effect.
 *
 * @module
 */
import type { ScanOrder } from "../kernels.ts";
import { silu } from "../reference/activation.ts";
import { finish, recurrenceOf } from "./forms/recurrence.ts";
import { type Numbers, type ScanInputs, shapeOf, walkOf } from "./forms/scan_inputs.ts";
import type { Law, Run, Trial } from "./law.ts";
import { pickInputs, pickOutput, range, steps } from "./views.ts";

/** Runs [0, length) in parts that end at `ends`, each from the state of the one before; compares with the whole. */
async function inParts(trial: Trial, ends: readonly number[]): Promise<void> {
  const { inputs } = trial, whole = await trial.run(inputs);
  let state: Numbers | undefined = inputs.initialState, first = 0;
  for (const end of ends) {
    const part = await trial.run(steps(inputs, first, end, state));
    const picked = (values: Numbers) => pickOutput("y", values, inputs, "l", range(first, end));
    const off = picked(whole.expected.yOff);
    // The state came from the implementation, with the error it may have; the bound of the whole has room for it.
    trial.compareY(`y of steps ${first} to ${end}`, part, picked(whole.y), (i) => 2 * off[i]!);
    const known = trial.expect(steps(inputs, 0, end, inputs.initialState));
    trial.compareState(`the state after step ${end}`, part, known.lastState, (i) => 2 * known.stateOff[i]!);
    state = part.lastState!;
    first = end;
  }
}

/** What the channels of one part add to the parts after it, by the decay of its state: ⟨C_t, P_t h⟩ and P h. */
function withIncoming(inputs: ScanInputs, own: Run, incoming: Float64Array, trial: Trial) {
  const { channels, stateSize, length } = inputs;
  const y = Float64Array.from(own.y), state = Float64Array.from(own.lastState!);
  for (let row = 0; row < inputs.batch * channels; row++) {
    const b = Math.floor(row / channels), e = row % channels;
    const { decay, readout } = recurrenceOf(inputs, b, e, trial.subject.discretisation ?? "mamba");
    for (let n = 0; n < stateSize; n++) {
      let h = incoming[row * stateSize + n]!;
      for (let t = 0; t < length; t++) {
        h *= decay[t * stateSize + n]!;
        y[row * length + t] = y[row * length + t]! + readout[t * stateSize + n]! * h;
      }
      state[row * stateSize + n] = state[row * stateSize + n]! + h;
    }
  }
  return { y, state };
}

/** The scan of the inputs under another order equals gather, scan, scatter. */
async function walks(trial: Trial, order: Exclude<ScanOrder, "table">, gridWidth: number): Promise<void> {
  const ordered = { ...trial.inputs, order, gridWidth }, walk = walkOf(ordered);
  const run = await trial.run(ordered), gathered = await trial.run(pickInputs(trial.inputs, "l", walk));
  const back = new Array<number>(walk.length);
  walk.forEach((token, step) => back[token] = step);
  const scatter = (values: Numbers) => pickOutput("y", values, gathered.inputs, "l", back);
  const off = scatter(gathered.expected.yOff);
  trial.compareY(`y in order ${order} over ${gridWidth} columns`, run, scatter(gathered.y), (i) => off[i]!);
  if (gathered.lastState) {
    trial.compareState(
      `the last state in order ${order}`,
      run,
      gathered.lastState,
      (i) => gathered.expected.stateOff[i]!,
    );
  }
}

/** The laws of time. */
export const TIME_LAWS: readonly Law[] = [
  {
    name: "continuation",
    statement: "A scan can be cut anywhere: the second part goes on from the last state of the first.",
    formula: "scan(x₀…x_l; h) = scan(x₀…x_s; h), scan(x_{s+1}…x_l; h_s)",
    tolerance: "bound of the part and twice the bound of the whole",
    needs: ["initialState", "lastState"],
    check: (trial) =>
      inParts(
        trial,
        [trial.dice.below(trial.inputs.length) + 1, trial.inputs.length]
          .filter((end, i, ends) => i === 0 || end > ends[i - 1]!),
      ),
  },
  {
    name: "steps",
    statement: "Step by step, as in generation, is the same as the whole at once.",
    formula: "h_t, y_t = step(h_{t−1}, x_t)",
    tolerance: "bound of the step and twice the bound of the whole",
    needs: ["initialState", "lastState"],
    longest: 33,
    check: (trial) => inParts(trial, range(1, trial.inputs.length + 1)),
  },
  {
    name: "splits",
    statement:
      "However a sequence is split into parts, and at the multiples of what kernels work in, the result is the same.",
    formula: "scan(x) = scan(x₁), scan(x₂; h₁), scan(x₃; h₂), …",
    tolerance: "bound of the part and twice the bound of the whole",
    needs: ["initialState", "lastState"],
    check: (trial) => {
      const { inputs: { length }, dice } = trial;
      const block = dice.pick([4, 16, 64, 128, 256, 1024].filter((size, i) => i === 0 || size < length));
      const cuts = [0, 0, 0].map(() => dice.below(length) + 1).concat(block, 2 * block, length);
      return inParts(trial, [...new Set(cuts)].filter((cut) => cut <= length).sort((a, b) => a - b));
    },
  },
  {
    name: "chunks",
    statement:
      "Chunks scanned from zero, joined by the decay of what came before, are the whole, for every chunk length.",
    formula: "y_t = y⁰_t + ⟨C_t, Ā_t ⋯ Ā_s h_{s−1}⟩",
    tolerance: "bound of the whole, twice, and that of the chunk behind the gate",
    needs: ["lastState"],
    check: async (trial) => {
      // Skip and gate are not linear in what comes in, so they are added after the chunks are joined.
      const bare = { ...trial.inputs, D: undefined, z: undefined, initialState: undefined };
      const { batch, channels, length, stateSize } = bare;
      const whole = await trial.run({ ...trial.inputs, initialState: undefined });
      // Not more than some thirty chunks: each is a scan.
      const least = Math.ceil(length / 32), chunk = least + trial.dice.below(length - least + 1);
      let state = new Float64Array(batch * channels * stateSize);
      for (let first = 0; first < length; first += chunk) {
        const part = steps(bare, first, Math.min(length, first + chunk), undefined);
        const own = await trial.run(part), joined = withIncoming(own.inputs, own, state, trial);
        const at = (i: number) => Math.floor(i / part.length) * length + first + i % part.length;
        const y = joined.y.map((value, i) => {
          const row = Math.floor(i / part.length);
          return finish(trial.inputs, Math.floor(row / channels), row % channels, first + i % part.length, value);
        });
        const got = Float64Array.from(y, (_, i) => whole.y[at(i)]!);
        trial.compare(
          `y by chunks of ${chunk}, steps from ${first}`,
          shapeOf("y", part),
          got,
          y,
          (i) => {
            const z = trial.inputs.z?.[at(i)];
            return 2 * whole.expected.yOff[at(i)]! + Math.abs(z === undefined ? 1 : silu(z)) * own.expected.yOff[i]!;
          },
        );
        state = joined.state;
      }
      trial.compareState(`the last state by chunks of ${chunk}`, whole, state, (i) => whole.expected.stateOff[i]!);
    },
  },
  {
    name: "causality",
    statement: "A change at step t never moves an output before t.",
    formula: "∂y_s/∂x_t = 0 for s < t",
    tolerance:
      "bounds of both scans: a kernel may choose its instructions, and so its rounding, by a whole block of steps",
    check: async (trial) => {
      const { inputs, dice } = trial, { length } = inputs;
      // A change at the first step has nothing before it.
      const from = length > 1 ? 1 + dice.below(length - 1) : 0;
      const changed = (values: Numbers): Numbers =>
        values.map((value, i) => i % length >= from ? value * dice.between(-2, 2) + dice.between(0.5, 1) : value);
      const { u, B, C, z } = inputs;
      const before = await trial.run(inputs);
      const after = await trial.run({
        ...inputs,
        u: changed(u),
        B: changed(B),
        C: changed(C),
        dt: inputs.dt.map((value, i) => i % length >= from ? Math.abs(value) / 2 + dice.next() : value),
        ...(z ? { z: changed(z) } : {}),
      });
      const early = (values: Numbers) => pickOutput("y", values, inputs, "l", range(0, from));
      const shape = shapeOf("y", { ...inputs, length: from }), off = early(before.expected.yOff);
      trial.compare(`y before a change at step ${from}`, shape, early(after.y), early(before.y), (i) => 2 * off[i]!);
    },
  },
  {
    name: "reversal",
    statement: "The reversed order is flip, scan, flip.",
    formula: "scan_reversed(x) = flip(scan(flip x))",
    tolerance: "bounds of both scans",
    needs: ["orders"],
    check: (trial) => walks(trial, "rowReversed", trial.inputs.length),
  },
  {
    name: "image orders",
    statement: "Each of the four orders over an image of any width is gather, scan, scatter.",
    formula: "scan_π(x) = π⁻¹(scan(π x)),  π ∈ {row, row reversed, column, column reversed}",
    tolerance: "bounds of both scans",
    needs: ["orders"],
    check: async (trial) => {
      const { length } = trial.inputs, widths = range(1, length + 1).filter((width) => length % width === 0);
      const gridWidth = trial.dice.pick(widths);
      for (const order of ["row", "rowReversed", "column", "columnReversed"] as const) {
        await walks(trial, order, gridWidth);
      }
    },
  },
];
