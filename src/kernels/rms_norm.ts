import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** out = v·weight/√(mean v² + ε) with v = x, or residual += x and v = residual; then · silu(gate). */
export const rms_norm = {
  operands: { x: "in", residual: "inout?", weight: "in", gate: "in?", out: "out" },
  params: {
    rows: "u32",
    columns: "u32",
    epsilon: "f32",
    xStride: "u32",
    residualStride: "u32",
    gateStride: "u32",
    outStride: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: 2 * p.rows! * p.columns! }),
  moved: (p: Sizes): number => p.rows! * p.columns!,
} as const satisfies KernelRow;
