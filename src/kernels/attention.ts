import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** Attention among the pixels of each window; x has the columns q | k | v. See `reference/attention.ts` for the formula. */
export const attention = {
  operands: { x: "in", bias: "in", out: "out" },
  params: {
    batch: "u32",
    height: "u32",
    width: "u32",
    heads: "u32",
    headWidth: "u32",
    window: "u32",
    shift: "u32",
    xStride: "u32",
    outStride: "u32",
    firstRow: "u32",
    rowCount: "u32",
  },
  work: (p: Sizes): Cost => {
    const scores = p.batch! * p.rowCount! * p.window! ** 3 * p.width! * p.heads!;
    return { multiplyAdds: 2 * scores * p.headWidth!, exps: scores };
  },
} as const satisfies KernelRow;
