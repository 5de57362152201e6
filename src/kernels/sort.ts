import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** Rows in stable order of the column of their largest x + noise, as u32: order | place | class. */
export const sort = {
  operands: { x: "in", noise: "in?", out: "out" },
  params: {
    batch: "u32",
    rows: "u32",
    columns: "u32",
    xStride: "u32",
    noiseStride: "u32",
    outStride: "u32",
    random: "u32",
    seed: "u32",
  },
  work: (p: Sizes): Cost => {
    const elements = p.batch! * p.rows! * p.columns!;
    return { multiplyAdds: elements, exps: 2 * p.random! * elements };
  },
} as const satisfies KernelRow;
