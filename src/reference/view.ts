/**
 * What a reference kernel sees of an operand: an array and the element where the tensor starts.
 *
 * @module
 */
import type { KernelName, Operands, Params } from "../kernels.ts";

/** A typed array and the offset of the first element. */
export interface View {
  readonly data: Float32Array | Float64Array | Uint32Array;
  readonly at: number;
}

/** A kernel in plain TypeScript: arithmetic in f64, stored in the precision of the array. */
export type ReferenceKernel<K extends KernelName> = (operands: Operands<K, View>, params: Params<K>) => void;
