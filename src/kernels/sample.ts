import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/**
 * out[r] = the index that a draw from the row of logits x[r] gives, as a number; −1 where the row has none. Temperature 0:
 * the largest logit. Rules of `topK`, `topP`, ties and noise: `docs/numerics.md`, Sampling.
 */
export const sample = {
  operands: { x: "in", out: "out" },
  params: {
    rows: "u32",
    columns: "u32",
    xStride: "u32",
    outStride: "u32",
    temperature: "f32",
    topK: "u32",
    topP: "f32",
    seed: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: 64 * p.rows! * p.columns! }),
} as const satisfies KernelRow;
