import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** As `rms_norm`, with the mean subtracted, the biased variance and a bias. */
export const layer_norm = {
  operands: { x: "in", residual: "inout?", weight: "in", bias: "in?", gate: "in?", out: "out" },
  params: {
    rows: "u32",
    columns: "u32",
    epsilon: "f32",
    xStride: "u32",
    residualStride: "u32",
    gateStride: "u32",
    outStride: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: 3 * p.rows! * p.columns! }),
  moved: (p: Sizes): number => p.rows! * p.columns!,
} as const satisfies KernelRow;
