/**
 * Inputs cut, joined and rearranged: what laws do to a case. Every function leaves its argument as it is.
 *
 * @module
 */
import { type Numbers, type ScanInputs, shapeOf, TENSORS } from "./forms/scan_inputs.ts";

/** What each axis of the tensors means. */
const AXES: Readonly<Record<string, string>> = {
  u: "bel",
  dt: "bel",
  z: "bel",
  y: "bel",
  A: "en",
  B: "bgnl",
  C: "bgnl",
  D: "e",
  dtBias: "e",
  initialState: "ben",
  lastState: "ben",
};

/** An axis of the tensors: image, channel, group, state, token. */
export type Axis = "b" | "e" | "g" | "n" | "l";

const SIZES = { b: "batch", e: "channels", g: "groups", n: "stateSize", l: "length" } as const;

/** The entries `picked` of one axis of a tensor, in that order. */
export function pick(values: Numbers, shape: readonly number[], axis: number, picked: readonly number[]): Numbers {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1), size = shape[axis]!;
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const out = new (values.constructor as Float32ArrayConstructor)(outer * picked.length * inner);
  for (let o = 0; o < outer; o++) {
    picked.forEach((from, to) => {
      const first = (o * size + from) * inner;
      out.set(values.subarray(first, first + inner), (o * picked.length + to) * inner);
    });
  }
  return out;
}

/** The inputs with only the entries `picked` of an axis, in that order; may repeat entries. */
export function pickInputs(inputs: ScanInputs, axis: Axis, picked: readonly number[]): ScanInputs {
  const out: Record<string, unknown> = { ...inputs, [SIZES[axis]]: picked.length };
  for (const name of TENSORS) {
    const values = inputs[name], at = AXES[name]!.indexOf(axis);
    if (values && at >= 0) out[name] = pick(values, shapeOf(name, inputs), at, picked);
  }
  return out as unknown as ScanInputs;
}

/** An output with only the entries `picked` of an axis, in that order. `inputs` give its shape. */
export function pickOutput(
  name: "y" | "lastState",
  values: Numbers,
  inputs: ScanInputs,
  axis: Axis,
  picked: readonly number[],
): Numbers {
  return pick(values, shapeOf(name, inputs), AXES[name]!.indexOf(axis), picked);
}

/** first, first + 1, … below `end`. */
export const range = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, i) => first + i);

/** The inputs of steps [first, end), with the state they start from. */
export function steps(inputs: ScanInputs, first: number, end: number, initialState: Numbers | undefined): ScanInputs {
  return { ...pickInputs(inputs, "l", range(first, end)), initialState };
}

/** Inputs constant in time: every dt, B and C is the one of the first token. */
export function constantInTime(inputs: ScanInputs): ScanInputs {
  const { length } = inputs;
  const held = (values: Numbers): Numbers => values.map((_, i) => values[i - i % length]!);
  return { ...inputs, dt: held(inputs.dt), B: held(inputs.B), C: held(inputs.C) };
}

/** A copy of some numbers with one of them replaced. */
export function replaced(values: Numbers, index: number, value: number): Numbers {
  const copy = values.slice();
  copy[index] = value;
  return copy;
}

/** The inputs with the A, Δ and bias of a group's first channel, and first state, for all of it: those of Mamba-2. */
export function tied(inputs: ScanInputs): ScanInputs {
  const { channels, groups, stateSize, length, A, dt, dtBias } = inputs, share = channels / groups;
  const first = (e: number) => e - e % share;
  return {
    ...inputs,
    A: A.map((_, i) => A[first(Math.floor(i / stateSize)) * stateSize]!),
    dt: dt.map((_, i) => {
      const row = Math.floor(i / length), e = row % channels;
      return dt[(row - e + first(e)) * length + i % length]!;
    }),
    ...(dtBias ? { dtBias: dtBias.map((_, e) => dtBias[first(e)]!) } : {}),
  };
}
