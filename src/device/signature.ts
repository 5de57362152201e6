/**
 * Rows of the kernel table as lists, in the order in which a kernel takes what it takes.
 *
 * @module
 */
import { KERNEL_NAMES, type KernelName, KERNELS } from "../kernels.ts";

/** What a kernel takes. */
export interface Signature {
  /** Operands, and whether they are written. */
  readonly operands: readonly { readonly name: string; readonly written: boolean }[];
  /** Parameters, and whether they are floats. */
  readonly params: readonly { readonly name: string; readonly float: boolean }[];
}

/** What each kernel takes. */
export const SIGNATURES: Readonly<Record<KernelName, Signature>> = Object.fromEntries(
  KERNEL_NAMES.map((kernel): [string, Signature] => [kernel, {
    operands: Object.entries(KERNELS[kernel].operands).map(([name, access]) => ({
      name,
      written: access !== "in" && access !== "in?",
    })),
    params: Object.entries(KERNELS[kernel].params).map(([name, type]) => ({ name, float: type === "f32" })),
  }]),
) as Record<KernelName, Signature>;
