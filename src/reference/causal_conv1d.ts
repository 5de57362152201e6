import { CARRY_IN, CARRY_OUT } from "../kernels.ts";
import { activate } from "./activation.ts";
import { tokenAt } from "./order.ts";
import type { ReferenceKernel } from "./view.ts";

/**
 * y_t = act(bias + Σ_w weight[w]·x_{t−(W−1)+w}) along each direction's order. Inputs before the first step come from
 * `state` [batch, directions, W−1, channels], or are 0; the last W−1 inputs go back into it. Mirrors `causal_conv1d_ref`.
 */
export const causal_conv1d: ReferenceKernel<"causal_conv1d"> = ({ x, weight, bias, order, state, out }, p) => {
  const history = p.width - 1;
  for (let b = 0; b < p.batch; b++) {
    for (let k = 0; k < p.directions; k++) {
      const stateAt = (i: number, c: number) => state!.at + ((b * p.directions + k) * history + i) * p.channels + c;
      const rowAt = (step: number) => b * p.length + tokenAt(step, k, p.orders, p.length, p.gridWidth, order);
      const input = (step: number, c: number): number => {
        if (step >= 0) return x.data[x.at + rowAt(step) * p.xStride + k * p.xStep + c]!;
        return p.carry & CARRY_IN ? state!.data[stateAt(step + history, c)]! : 0;
      };
      for (let c = 0; c < p.channels; c++) {
        for (let t = 0; t < p.length; t++) {
          let sum = bias ? bias.data[bias.at + k * p.channels + c]! : 0;
          for (let w = 0; w < p.width; w++) {
            sum += weight.data[weight.at + (k * p.channels + c) * p.width + w]! * input(t - history + w, c);
          }
          out.data[out.at + rowAt(t) * p.outStride + k * p.channels + c] = activate(p.activation, 0, sum);
        }
        if (p.carry & CARRY_OUT) {
          const last = Array.from({ length: history }, (_, i) => input(p.length - history + i, c));
          last.forEach((value, i) => state!.data[stateAt(i, c)] = value);
        }
      }
    }
  }
};
