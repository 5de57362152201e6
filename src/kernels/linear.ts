import type { KernelRow, Sizes } from "./row.ts";
import { type Cost, exps } from "./work.ts";

/**
 * out[r, g, o] = act(Σ_i x'[r, g, i]·weight[g, o, i] + bias[g, o]), x' being x or the norm of each x[r, g]; accumulate:
 * out = out·scale[g, o] + that.
 */
export const linear = {
  operands: {
    x: "in",
    weight: "in",
    bias: "in?",
    scale: "in?",
    normWeight: "in?",
    normBias: "in?",
    out: "inout",
  },
  params: {
    rows: "u32",
    inner: "u32",
    outer: "u32",
    groups: "u32",
    xStride: "u32",
    outStride: "u32",
    activation: "u32",
    slope: "f32",
    accumulate: "u32",
    norm: "u32",
    epsilon: "f32",
  },
  work: (p: Sizes): Cost => ({
    multiplyAdds: p.rows! * p.groups! * p.inner! * (p.outer! + (p.norm ? 3 : 0)),
    exps: exps(p.activation, p.rows! * p.groups! * p.outer!),
  }),
  moved: (p: Sizes): number => p.norm ? p.rows! * p.groups! * p.inner! : 0,
} as const satisfies KernelRow;
