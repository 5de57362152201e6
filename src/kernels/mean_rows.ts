import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** out[b, c] = mean over rows of x[b, ·, c]. */
export const mean_rows = {
  operands: { x: "in", out: "out" },
  params: { batch: "u32", rows: "u32", columns: "u32", xStride: "u32", outStride: "u32" },
  work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.rows! * p.columns! }),
} as const satisfies KernelRow;
