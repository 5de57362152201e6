/**
 * What a row of the kernel table says.
 *
 * @module
 */
import type { Cost } from "./work.ts";

/** How a kernel touches an operand; a trailing `?` marks one that may be absent. */
export type Access = "in" | "in?" | "out" | "inout" | "inout?";

/** The machine type of a parameter. */
export type ParamType = "u32" | "f32";

/** The parameters of a call, by name. */
export type Sizes = Readonly<Record<string, number>>;

/** One row of the table. */
export interface KernelRow {
  /** In the order in which a kernel takes them. */
  readonly operands: Readonly<Record<string, Access>>;
  /** In the order in which a kernel takes them, after the operands. */
  readonly params: Readonly<Record<string, ParamType>>;
  /** What a call with these parameters costs. */
  readonly work: (params: Sizes) => Cost;
  /** Elements whose way through memory takes longer than the arithmetic on them; none when absent. */
  readonly moved?: (params: Sizes) => number;
}
