/**
 * Weights in 8 bits: whole numbers from −127 to 127 and, for each output channel, the factor that they are to be multiplied
 * by, in a tensor `NAME_scale` beside `NAME`, as other tools write it. Arithmetic stays f32: they are widened when read.
 *
 * | weight | output channels | shape of the scale |
 * |---|---|---|
 * | `[outer, inner]` | outer | `[outer, 1]` |
 * | `[groups, outer, inner]` | groups × outer | `[groups, outer, 1]` |
 * | `[outer, inner, height, width]` | outer | `[outer, 1, 1, 1]` |
 * | decays `A_log [channels, states]` | a factor a state: logarithms are alike over channels | `[1, states]` |
 *
 * so that `weight * weight_scale` with broadcasting is the weight.
 *
 * @module
 */
import { malformed, unknownKind } from "../bytes/errors.ts";
import { sizeOf } from "../tensor.ts";
import type { Entry } from "./checkpoint.ts";
import type { Dtype } from "./dtype.ts";

/** The name of the factors of a weight. */
export const scaleName = (name: string): string => `${name}_scale`;

/** Which factor an element has. */
export function channelOf(shape: readonly number[], scale: readonly number[]): (i: number) => number {
  const count = sizeOf(scale), inner = sizeOf(shape) / count;
  return scale[0] === shape[0] ? (i) => Math.floor(i / inner) : (i) => i % count;
}

const SCALE_DTYPES: readonly Dtype[] = ["F32", "F16", "BF16"];

/** Whether factors are those of the first axes of a weight, or of the last. */
function fits(scale: readonly number[], shape: readonly number[]): boolean {
  const whole = (axis: number) => scale[axis] === shape[axis], one = (axis: number) => scale[axis] === 1;
  const axes = [...shape.keys()];
  const split = (before: (axis: number) => boolean, after: (axis: number) => boolean) =>
    [...axes, shape.length].some((at) => axes.every((axis) => axis < at ? before(axis) : after(axis)));
  return scale.length === shape.length && (split(whole, one) || split(one, whole));
}

/** A weight of 8 bits together with its factors. */
function scaled(file: string, weight: Entry, scale: Entry): Entry {
  const where = `tensor "${scale.name}" of ${file}`, { shape } = weight;
  if (!SCALE_DTYPES.includes(scale.dtype)) {
    throw unknownKind(where, `a scale must be one of ${SCALE_DTYPES.join(", ")}`, `dtype is ${scale.dtype}`);
  }
  if (!fits(scale.shape, shape)) {
    throw malformed(
      where,
      `the scale of int8 [${
        shape.join(", ")
      }] must have its first sizes and then ones, or ones and then its last sizes`,
      `shape is [${scale.shape.join(", ")}]`,
    );
  }
  const read = async (): Promise<Float32Array> => {
    const whole = await weight.read(), factors = await scale.read(), of = channelOf(shape, scale.shape);
    const wrong = factors.findIndex((factor) => !(factor > 0 && factor < Infinity));
    if (wrong >= 0) {
      throw malformed(where, "a scale must hold positive numbers", `value at index ${wrong} is ${factors[wrong]}`);
    }
    for (let i = 0; i < whole.length; i++) whole[i]! *= factors[of(i)]!;
    return whole;
  };
  return { ...weight, bytes: weight.bytes + scale.bytes, read, scale };
}

/**
 * The tensors of a file with each weight of 8 bits and its factors as one.
 *
 * @throws {SyntaxError} When factors have not the shape for their weight.
 * @throws {TypeError} When factors are no floating-point numbers.
 */
export function scaledEntries(file: string, entries: ReadonlyMap<string, Entry>): Map<string, Entry> {
  const merged = new Map(entries);
  for (const [name, entry] of entries) {
    const scale = entry.dtype === "I8" ? entries.get(scaleName(name)) : undefined;
    if (!scale) continue;
    merged.set(name, scaled(file, entry, scale));
    merged.delete(scaleName(name));
  }
  return merged;
}
