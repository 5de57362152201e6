import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/**
 * out[b, i] = index[i] < rows ? x[b, index[i]] : extra[index[i] − rows]; extra is shared by the batch. Where there is through,
 * through[i] < indices says which index is meant; accumulate adds to out. An index at or past rows + extraRows, and one of
 * through past indices, fails on the CPU, and gives zeros on WebGPU, which cannot fail. packed: x is a weight of `linear` in the
 * layout of its device; 2 where that is the one of 16 bits, which the device knows.
 */
export const gather_rows = {
  operands: { x: "in", extra: "in?", index: "in", through: "in?", out: "inout" },
  params: {
    batch: "u32",
    rows: "u32",
    extraRows: "u32",
    count: "u32",
    columns: "u32",
    xStride: "u32",
    extraStride: "u32",
    outStride: "u32",
    packed: "u32",
    indices: "u32",
    accumulate: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.count! * p.columns! }),
  moved: (p: Sizes): number => p.batch! * p.count! * p.columns!,
} as const satisfies KernelRow;
