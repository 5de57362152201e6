import type { KernelRow, Sizes } from "./row.ts";
import { type Cost, exps } from "./work.ts";

/** Depthwise causal convolution along each direction's order; direction k writes columns [k·channels, (k+1)·channels). */
export const causal_conv1d = {
  operands: { x: "in", weight: "in", bias: "in?", order: "in?", state: "inout?", out: "out" },
  params: {
    batch: "u32",
    length: "u32",
    channels: "u32",
    width: "u32",
    directions: "u32",
    orders: "u32",
    gridWidth: "u32",
    xStride: "u32",
    xStep: "u32",
    outStride: "u32",
    activation: "u32",
    carry: "u32",
  },
  work: (p: Sizes): Cost => {
    const outputs = p.batch! * p.length! * p.channels! * p.directions!;
    return { multiplyAdds: outputs * p.width!, exps: exps(p.activation, outputs) };
  },
} as const satisfies KernelRow;
