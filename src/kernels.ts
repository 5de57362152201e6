/**
 * The kernel table: every kernel, its operands and its parameters, a row a file in `kernels/`.
 *
 * The order of a row is the ABI. A Rust kernel takes the byte offsets of the operands in this order (0 for an absent
 * one), then the parameters in this order, then the byte offset of the scratch region and its bytes, and where it cuts itself for
 * threads which part of how many, nothing being all; a WGSL kernel binds the operands in this order. All tensors are row-major `batch × tokens × channels`; every `…Stride` is the distance between two rows
 * in elements. `CONTRIBUTING.md` lists the places of a kernel.
 *
 * @module
 */
import { attention } from "./kernels/attention.ts";
import { binary } from "./kernels/binary.ts";
import { causal_conv1d } from "./kernels/causal_conv1d.ts";
import { channel_attention } from "./kernels/channel_attention.ts";
import { conv2d } from "./kernels/conv2d.ts";
import { depthwise_conv2d } from "./kernels/depthwise_conv2d.ts";
import { gather_rows } from "./kernels/gather_rows.ts";
import { layer_norm } from "./kernels/layer_norm.ts";
import { linear } from "./kernels/linear.ts";
import { max_rows } from "./kernels/max_rows.ts";
import { mean_rows } from "./kernels/mean_rows.ts";
import { pixel_shuffle } from "./kernels/pixel_shuffle.ts";
import { rms_norm } from "./kernels/rms_norm.ts";
import type { KernelRow } from "./kernels/row.ts";
import { selective_scan } from "./kernels/selective_scan.ts";
import { sort } from "./kernels/sort.ts";
import { sample } from "./kernels/sample.ts";
import { unary } from "./kernels/unary.ts";
import { estimateMilliseconds, MOVES, NO_WORK, type Work } from "./kernels/work.ts";

export * from "./kernels/codes.ts";
export { mixBits } from "./kernels/random.ts";
export type { Access, ParamType } from "./kernels/row.ts";
export { addWork, estimateMilliseconds, NO_WORK, type Work } from "./kernels/work.ts";

/** The table. */
export const KERNELS = {
  linear,
  conv2d,
  depthwise_conv2d,
  causal_conv1d,
  selective_scan,
  rms_norm,
  layer_norm,
  unary,
  binary,
  mean_rows,
  channel_attention,
  max_rows,
  gather_rows,
  pixel_shuffle,
  attention,
  sort,
  sample,
} as const satisfies Record<string, KernelRow>;

/** Name of a kernel. */
export type KernelName = keyof typeof KERNELS;

/** Names of the operands of kernel `K`. */
export type OperandName<K extends KernelName> = keyof typeof KERNELS[K]["operands"] & string;

/** Values of the parameters of kernel `K`. */
export type Params<K extends KernelName> = { readonly [P in keyof typeof KERNELS[K]["params"]]: number };

/** Names of the operands of kernel `K` that may be absent. */
export type OptionalOperand<K extends KernelName> = {
  [O in keyof typeof KERNELS[K]["operands"]]: typeof KERNELS[K]["operands"][O] extends "in?" | "inout?" ? O : never;
}[keyof typeof KERNELS[K]["operands"]];

/** The operands of kernel `K`, each a `T`; optional ones may be absent. */
export type Operands<K extends KernelName, T> =
  & { readonly [O in Exclude<keyof typeof KERNELS[K]["operands"], OptionalOperand<K>>]: T }
  & { readonly [O in OptionalOperand<K>]?: T | undefined };

/** Names of all kernels, in table order. */
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** The work of one call, every field present. */
export function workOf<K extends KernelName>(kernel: K, params: Params<K>): Work {
  const row: KernelRow = KERNELS[kernel];
  return { ...NO_WORK, ...row.work(params as Record<string, number>) };
}

/** Milliseconds that one call takes on a modest core, with the way of its elements through memory. */
export function millisecondsOf<K extends KernelName>(kernel: K, params: Params<K>): number {
  const row: KernelRow = KERNELS[kernel];
  return estimateMilliseconds(workOf(kernel, params)) + (row.moved?.(params as Record<string, number>) ?? 0) / MOVES;
}
