import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** The S6 scan of every direction, summed into one output; see `reference/selective_scan.ts` for the formula. */
export const selective_scan = {
  operands: { u: "in", projection: "in", constants: "in", z: "in?", order: "in?", state: "inout?", out: "inout" },
  params: {
    batch: "u32",
    length: "u32",
    channels: "u32",
    stateSize: "u32",
    rank: "u32",
    groups: "u32",
    directions: "u32",
    orders: "u32",
    gridWidth: "u32",
    softplus: "u32",
    uStride: "u32",
    uStep: "u32",
    projectionStride: "u32",
    projectionStep: "u32",
    zStride: "u32",
    outStride: "u32",
    accumulate: "u32",
    carry: "u32",
    firstStep: "u32",
    stepCount: "u32",
  },
  work: (p: Sizes): Cost => {
    const steps = p.batch! * p.stepCount! * p.channels! * p.directions!;
    return {
      multiplyAdds: steps * p.rank!,
      exps: steps * (2 * p.softplus!),
      stateElements: steps * p.stateSize!,
    };
  },
} as const satisfies KernelRow;
