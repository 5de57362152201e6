import type { KernelRow, Sizes } from "./row.ts";
import { type Cost, exps } from "./work.ts";

/**
 * One size × size filter per channel, weight [channels, size, size], "same" zero padding, stride 1; the result is multiplied by
 * factor where there is one.
 */
export const depthwise_conv2d = {
  operands: { x: "in", weight: "in", bias: "in?", factor: "in?", out: "out" },
  params: {
    batch: "u32",
    height: "u32",
    width: "u32",
    channels: "u32",
    size: "u32",
    dilation: "u32",
    xStride: "u32",
    factorStride: "u32",
    outStride: "u32",
    activation: "u32",
    slope: "f32",
    firstRow: "u32",
    rowCount: "u32",
  },
  work: (p: Sizes): Cost => {
    const outputs = p.batch! * p.rowCount! * p.width! * p.channels!;
    return { multiplyAdds: outputs * p.size! * p.size!, exps: exps(p.activation, outputs) };
  },
} as const satisfies KernelRow;
