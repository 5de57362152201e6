import { ROW_NORMS } from "../kernels.ts";
import { activate } from "./activation.ts";
import { dot } from "./dot.ts";
import { norm } from "./norm.ts";
import type { ReferenceKernel, View } from "./view.ts";

/**
 * out[r, g, o] = act(Σ_i x'[r, g, i]·weight[g, o, i] + bias[g, o]), x' being x or the norm of each x[r, g]; accumulate
 * adds that to out·scale. Mirrors `torch.nn.Linear`, after `torch.nn.LayerNorm` or `RMSNorm` where there is a norm.
 */
export const linear: ReferenceKernel<"linear"> = ({ x, weight, bias, scale, normWeight, normBias, out }, p) => {
  const { rows, inner, outer } = p;
  for (let g = 0; g < p.groups; g++) {
    const columns: View = { data: x.data, at: x.at + g * inner };
    const [input, stride] = p.norm === 0 ? [columns, p.xStride] : [
      normalised(columns, shifted(normWeight!, g * inner), normBias && shifted(normBias, g * inner), p),
      inner,
    ];
    for (let r = 0; r < rows; r++) {
      for (let o = 0; o < outer; o++) {
        const channel = g * outer + o;
        const first = bias ? bias.data[bias.at + channel]! : 0;
        const sum = dot(first, input.data, input.at + r * stride, weight.data, weight.at + channel * inner, inner);
        const at = out.at + r * p.outStride + channel;
        const before = p.accumulate ? out.data[at]! * (scale ? scale.data[scale.at + channel]! : 1) : 0;
        out.data[at] = before + activate(p.activation, p.slope, sum);
      }
    }
  }
};

const shifted = ({ data, at }: View, by: number): View => ({ data, at: at + by });

/** The norm of rows of `inner` columns, dense, in the precision of x. */
function normalised(
  x: View,
  weight: View,
  bias: View | undefined,
  p: Parameters<typeof linear>[1],
): View {
  const size = p.rows * p.inner;
  const out = { data: x.data instanceof Float64Array ? new Float64Array(size) : new Float32Array(size), at: 0 };
  const params = { ...p, columns: p.inner, residualStride: 0, gateStride: 0, outStride: p.inner };
  norm({ x, weight, bias, out }, params, ROW_NORMS[p.norm] === "layer");
  return out;
}
