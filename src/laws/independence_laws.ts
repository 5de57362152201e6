/**
 * Laws of independence: images and channels that do not know of each other, scans that leave nothing behind.
 *
 * @module
 */
import { permutes } from "./algebra_laws.ts";
import { type Numbers, type ScanInputs, shapeOf, type TensorName, TENSORS } from "./forms/scan_inputs.ts";
import type { Law, Run, Trial } from "./law.ts";
import { pick, pickInputs, pickOutput } from "./views.ts";

/** Tensors that the channels have of their own, and where their channels are. */
const OF_CHANNELS = { u: 1, dt: 1, z: 1, A: 0, D: 0, dtBias: 0, initialState: 1 } as const;
/** Tensors that the images have of their own. */
const OF_IMAGES = { u: 0, dt: 0, z: 0, B: 0, C: 0, initialState: 0 } as const;

/** The inputs with NaN everywhere but at one index of the axes. */
function alone(inputs: ScanInputs, axes: Readonly<Partial<Record<TensorName, number>>>, kept: number): ScanInputs {
  const out: Record<string, unknown> = { ...inputs };
  for (const [name, axis] of Object.entries(axes) as [TensorName, number][]) {
    const values = inputs[name], shape = shapeOf(name, inputs);
    if (!values) continue;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    out[name] = values.map((value, i) => Math.floor(i / inner) % shape[axis]! === kept ? value : NaN);
  }
  return out as unknown as ScanInputs;
}

/** Compares what two runs give at one index of an axis: of the images (0) or the channels (1). */
function compareAt(trial: Trial, what: string, axis: 0 | 1, plain: Run, at: number, other: Run, there: number): void {
  for (const name of ["y", "lastState"] as const) {
    const mine = other[name], theirs = plain[name];
    if (!mine || !theirs) continue;
    const shape = shapeOf(name, plain.inputs), of = shapeOf(name, other.inputs);
    const off = pick(name === "y" ? plain.expected.yOff : plain.expected.stateOff, shape, axis, [at]);
    const wanted = pick(theirs, shape, axis, [at]), got = pick(mine, of, axis, [there]);
    trial.compare(`${name} of ${what}`, shape.with(axis, 1), got, wanted, (i) => 2 * off[i]!);
  }
}

/** Compares two runs of the same inputs to the bit. */
function compareBits(trial: Trial, what: string, first: Run, again: Run): void {
  trial.compare(`y, ${what},`, shapeOf("y", first.inputs), again.y, first.y, () => 0);
  if (!first.lastState) return;
  trial.compare(
    `the last state, ${what},`,
    shapeOf("lastState", first.inputs),
    again.lastState!,
    first.lastState,
    () => 0,
  );
}

/** The laws of independence. */
export const INDEPENDENCE_LAWS: readonly Law[] = [
  {
    name: "batch",
    statement: "Images do not know of each other: permuting the batch permutes the result, and each alone is the same.",
    formula: "scan([x₀, x₁, …])_i = scan([x_i])",
    tolerance: "bounds of both scans",
    needs: ["batch"],
    check: async (trial) => {
      await permutes(trial, "b", trial.dice.permutation(trial.inputs.batch));
      await permutes(trial, "b", [trial.dice.below(trial.inputs.batch)]);
    },
  },
  {
    name: "batch composition",
    statement: "An image among others that are all NaN is what it is alone, wherever it stands.",
    formula: "scan([NaN, x, NaN])₁ = scan([x])₀",
    tolerance: "bounds of both scans",
    needs: ["batch"],
    check: async (trial) => {
      const { inputs, dice } = trial, image = pickInputs(inputs, "b", [dice.below(inputs.batch)]);
      const plain = await trial.run(image), at = dice.below(3);
      const among = await trial.run(alone(pickInputs(image, "b", [0, 0, 0]), OF_IMAGES, at));
      compareAt(trial, `image ${at} among two of NaN`, 0, plain, 0, among, at);
    },
  },
  {
    name: "channel isolation",
    statement: "A channel among others that are all NaN is what it is.",
    formula: "scan(x)_e = scan(x with NaN in every channel but e)_e",
    tolerance: "bounds of both scans",
    needs: ["untied"],
    check: async (trial) => {
      const { inputs, dice } = trial, kept = dice.below(inputs.channels);
      const plain = await trial.run(inputs), among = await trial.run(alone(inputs, OF_CHANNELS, kept));
      compareAt(trial, `channel ${kept} among others of NaN`, 1, plain, kept, among, kept);
    },
  },
  {
    name: "repeatability",
    statement: "The same inputs give the same bits again, whatever was scanned between, and are not written to.",
    formula: "scan(x) = scan(x)",
    tolerance: "none: the same bits",
    check: async (trial) => {
      const { inputs } = trial, kept = TENSORS.map((name) => inputs[name]?.slice());
      const first = await trial.run(inputs);
      await trial.run({ ...inputs, u: inputs.u.map((value) => 1 - value) });
      compareBits(trial, "the second time", first, await trial.run(inputs));
      TENSORS.forEach((name, i) => {
        const now = inputs[name];
        if (now) trial.compare(`input ${name}, after the scan,`, shapeOf(name, inputs), now, kept[i]!, () => 0);
      });
    },
  },
  {
    name: "load",
    statement: "Scans that are asked for at once, the same and others, do not disturb each other.",
    formula: "scan(x) = scan(x) = scan(x), at the same time",
    tolerance: "none: the same bits",
    check: async (trial) => {
      const { inputs } = trial, { batch, length } = inputs;
      const other = { ...inputs, u: inputs.u.map((value) => 1 - value) };
      const shorter = pickInputs(inputs, "l", [0, length - 1]);
      const runs = [inputs, other, inputs, shorter, pickInputs(inputs, "b", [batch - 1]), inputs];
      const done = await Promise.all(runs.map((each) => trial.run(each)));
      compareBits(trial, "asked for again at once", done[0]!, done[2]!);
      compareBits(trial, "asked for last", done[0]!, done[5]!);
    },
  },
  {
    name: "shared memory",
    statement:
      "Inputs may lie in one memory, at odd places and over each other: a scan reads them and writes elsewhere.",
    formula: "scan(u, z = u, B, C = B) = the same of copies",
    tolerance: "none: the same bits",
    check: async (trial) => {
      const { inputs } = trial, { u, B, z } = inputs;
      const apart = await trial.run({ ...inputs, C: B.slice(), ...(z ? { z: u.slice() } : {}) });
      const memory = new Float32Array(1 + u.length + 2 + B.length);
      memory.set(u, 1);
      memory.set(B, u.length + 3);
      const shared: Numbers = memory.subarray(1, 1 + u.length), both = memory.subarray(u.length + 3);
      const run = await trial.run({ ...inputs, u: shared, B: both, C: both, ...(z ? { z: shared } : {}) });
      const y = pickOutput("y", apart.y, inputs, "b", [...Array(inputs.batch).keys()]);
      trial.compare("y of inputs in one memory", shapeOf("y", inputs), run.y, y, () => 0);
      trial.compare("u, after the scan,", shapeOf("u", inputs), shared, Float32Array.from(apart.inputs.u), () => 0);
    },
  },
];
