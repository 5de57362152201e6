/**
 * What a kernel call becomes on a GPU.
 *
 * @module
 */
import type { PipelineKey } from "./pipelines.ts";

/** A number of workgroups. */
export type Groups = readonly [number, number, number];

/** One dispatch of a call. */
export interface Dispatch extends PipelineKey {
  readonly groups: Groups;
  /** Parameters after those of the table and the operands' offsets. */
  readonly extras?: readonly number[];
}

/** The dispatches of a call, in order, and the words of memory they share. */
export interface Launch {
  readonly dispatches: readonly Dispatch[];
  readonly scratch?: number;
}

/** What a plan sees of the operands and of the device. */
export interface OperandView {
  /** Whether an operand was given. */
  readonly has: (operand: string) => boolean;
  /** First element of an operand in its buffer. */
  readonly offset: (operand: string) => number;
  /** Whether an operand is kept as f16. */
  readonly half: (operand: string) => boolean;
  /** Bytes of memory that the threads of a workgroup can share. */
  readonly workgroupBytes: number;
}

/** Workgroups that a dimension can hold. */
export const MOST_GROUPS = 65535;

/** `count` workgroups over x and y. */
export function spread(count: number): Groups {
  if (count <= MOST_GROUPS) return [count, 1, 1];
  const y = Math.ceil(count / MOST_GROUPS);
  return [Math.ceil(count / y), y, 1];
}
