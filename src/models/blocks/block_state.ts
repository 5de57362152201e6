/**
 * Weights of a block that stands alone: given as arrays, or drawn from a seed.
 *
 * @module
 */
import type { Entry } from "../../checkpoint/checkpoint.ts";
import { sizeOf } from "../../tensor.ts";

/** An array as a checkpoint entry; without a known shape it is reported as unexpected by its length. */
export function entryOf(name: string, data: Float32Array, shape: readonly number[] | undefined): Entry {
  const fits = shape && sizeOf(shape) === data.length;
  return {
    name,
    dtype: "F32",
    shape: fits ? shape : [data.length],
    bytes: data.byteLength,
    read: () => Promise.resolve(data.slice()),
    readRaw: () => Promise.resolve(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** A small generator of uniform numbers in [0, 1) (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
