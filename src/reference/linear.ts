import { activate } from "./activation.ts";
import type { ReferenceKernel } from "./view.ts";

/** out[r, o] = act(Σ_i x[r, i]·weight[o, i] + bias[o]); accumulate adds that to out·scale. Mirrors `torch.nn.Linear`. */
export const linear: ReferenceKernel<"linear"> = ({ x, weight, bias, scale, out }, p) => {
  for (let r = 0; r < p.rows; r++) {
    for (let o = 0; o < p.outer; o++) {
      let sum = bias ? bias.data[bias.at + o]! : 0;
      for (let i = 0; i < p.inner; i++) {
        sum += x.data[x.at + r * p.xStride + i]! * weight.data[weight.at + o * p.inner + i]!;
      }
      const at = out.at + r * p.outStride + o;
      const before = p.accumulate ? out.data[at]! * (scale ? scale.data[scale.at + o]! : 1) : 0;
      out.data[at] = before + activate(p.activation, p.slope, sum);
    }
  }
};
