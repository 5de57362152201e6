import type { KernelRow, Sizes } from "./row.ts";
import { type Cost, exps } from "./work.ts";

/** out = act(x). */
export const unary = {
  operands: { x: "in", out: "out" },
  params: { rows: "u32", columns: "u32", xStride: "u32", outStride: "u32", activation: "u32", slope: "f32" },
  work: (p: Sizes): Cost => ({ exps: exps(p.activation, p.rows! * p.columns!) }),
  moved: (p: Sizes): number => p.rows! * p.columns!,
} as const satisfies KernelRow;
