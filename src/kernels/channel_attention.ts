import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** out[b] = sigmoid(expand·relu(squeeze·m + squeezeBias) + expandBias), m being the mean over the rows of x[b]. */
export const channel_attention = {
  operands: {
    x: "in",
    squeeze: "in",
    squeezeBias: "in?",
    expand: "in",
    expandBias: "in?",
    out: "out",
  },
  params: { batch: "u32", rows: "u32", columns: "u32", hidden: "u32", xStride: "u32", outStride: "u32" },
  work: (p: Sizes): Cost => ({
    multiplyAdds: p.batch! * p.columns! * (p.rows! + 2 * p.hidden!),
    exps: p.batch! * p.columns!,
  }),
} as const satisfies KernelRow;
