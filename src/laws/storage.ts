/**
 * Half precision as storage of inputs and outputs; the arithmetic stays single.
 *
 * @module
 */
import { decodeBf16, decodeF16, narrowF16 } from "../checkpoint/half.ts";
import type { Numbers } from "./forms/scan_inputs.ts";

/** Types of elements. */
export const STORAGES = ["f32", "f16", "bf16"] as const;

/** Type of the elements of u, dt, B, C, z and y; A, D, the bias and the states are always f32. */
export type Storage = typeof STORAGES[number];

/** Unit roundoff. */
export const UNIT = { f16: 2 ** -11, bf16: 2 ** -8 } as const;
/** Largest number. */
export const LARGEST = { f16: 65504, bf16: 3.3895e38 } as const;

/** Whether it is narrower than f32. */
export const isHalf = (storage: Storage): storage is "f16" | "bf16" => storage !== "f32";

const word = new DataView(new ArrayBuffer(4));

/** Bits of the bfloat16 nearest to a number, ties to even. */
function encodeBf16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
}

/** The bytes of numbers in that storage, little endian. */
export function bytesIn(values: ArrayLike<number>, storage: Storage): Uint8Array {
  const single = Float32Array.from(values);
  if (storage === "f16") return narrowF16(single).bytes;
  return new Uint8Array((storage === "f32" ? single : Uint16Array.from(single, encodeBf16)).buffer);
}

/** Numbers as that storage holds them; finite ones stay finite. */
export function stored(values: Numbers, storage: Storage): Numbers {
  if (!isHalf(storage)) return values;
  const most = storage === "f16" ? 65504 : 3e38;
  const clamped = values.map((value) => Number.isFinite(value) ? Math.min(most, Math.max(-most, value)) : value);
  const bits = new Uint16Array(bytesIn(clamped, storage).buffer);
  return values.map((_, i) => storage === "f16" ? decodeF16(bits[i]!) : decodeBf16(bits[i]!));
}
