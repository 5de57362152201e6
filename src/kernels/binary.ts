import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** out[r] = a[r] ∘ b[⌊r / bRepeat⌋ mod bRows]; accumulate: out = out·scale + that. */
export const binary = {
  operands: { a: "in", b: "in", scale: "in?", out: "inout" },
  params: {
    rows: "u32",
    columns: "u32",
    aStride: "u32",
    bStride: "u32",
    outStride: "u32",
    bRows: "u32",
    bRepeat: "u32",
    operation: "u32",
    accumulate: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: p.rows! * p.columns! }),
  moved: (p: Sizes): number => p.rows! * p.columns!,
} as const satisfies KernelRow;
