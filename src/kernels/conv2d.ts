import type { KernelRow, Sizes } from "./row.ts";
import { type Cost, exps } from "./work.ts";

/** Channels-last convolution, weight [outChannels, inChannels, kh, kw], zero padding, epilogue as `linear`. */
export const conv2d = {
  operands: { x: "in", weight: "in", bias: "in?", scale: "in?", out: "inout" },
  params: {
    batch: "u32",
    height: "u32",
    width: "u32",
    inChannels: "u32",
    outChannels: "u32",
    kernelHeight: "u32",
    kernelWidth: "u32",
    stride: "u32",
    padding: "u32",
    xStride: "u32",
    outStride: "u32",
    activation: "u32",
    slope: "f32",
    accumulate: "u32",
    firstRow: "u32",
    rowCount: "u32",
  },
  work: (p: Sizes): Cost => {
    const columns = Math.floor((p.width! + 2 * p.padding! - p.kernelWidth!) / p.stride!) + 1;
    const outputs = p.batch! * p.rowCount! * columns * p.outChannels!;
    return {
      multiplyAdds: outputs * p.inChannels! * p.kernelHeight! * p.kernelWidth!,
      exps: exps(p.activation, outputs),
    };
  },
} as const satisfies KernelRow;
