/**
 * Random operands and weights: what they are costs the same.
 *
 * @module
 */
import type { Entry } from "../src/checkpoint/checkpoint.ts";
import { type Spec, specKeys } from "../src/checkpoint/weights.ts";
import { uniform } from "../src/kernels/random.ts";
import { sizeOf } from "../src/tensor.ts";

const next = uniform(1);

/** Numbers in [low, high). */
export const numbers = (length: number, low = -1, high = 1): Float32Array =>
  Float32Array.from({ length }, () => low + (high - low) * next());

/**
 * A checkpoint of a tree, with weights as small as those of a trained net, so that nothing grows without bound; `half`: numbers
 * of 16 bits.
 */
export function randomEntries(spec: Spec, half = false): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [name, shape] of specKeys(spec)) {
    const bound = name.includes("A_") ? 1 : (shape.at(-1) ?? 1) ** -0.5;
    const read = () => {
      const values = numbers(sizeOf(shape), -bound / 2, bound / 2);
      return Promise.resolve(half ? Float32Array.from(new Float16Array(values)) : values);
    };
    entries.set(name, { name, shape, dtype: "F32", bytes: 4 * sizeOf(shape), read, readRaw: () => Promise.reject() });
  }
  return entries;
}
