import { CARRY_IN, CARRY_OUT } from "../kernels.ts";
import { silu, softplus } from "./activation.ts";
import { tokenAt } from "./order.ts";
import type { ReferenceKernel } from "./view.ts";

/**
 * The selective scan S6 of Mamba, for every batch b, direction k and channel e, along the direction's order:
 *
 *     δ_t = Δweight_e·projection_t[0..rank) + Δbias_e        (rank 0: δ_t = projection_t[e] + Δbias_e)
 *     δ_t = softplus(δ_t)                                     (if asked for)
 *     h_t = exp(δ_t·A_e) ⊙ h_{t−1} + (δ_t·u_t)·B_t            h_{−1} = 0, or the carried state
 *     y_t = ⟨h_t, C_t⟩ + D_e·u_t,  then y_t·silu(z_t)
 *     out = Σ_k y_t                                           (accumulate: added to out)
 *
 * `projection` rows are Δ (rank, or channels) | B (groups × N) | C (groups × N); channel e belongs to group
 * ⌊e·groups/channels⌋. `constants` rows are A (N) | D | Δ bias | Δ weight (rank). `state` is [batch, directions,
 * channels, N]. Only steps [firstStep, firstStep + stepCount) are done. Discretisation is exp for A and Euler for B, as
 * in `selective_scan_ref` of state-spaces/mamba.
 */
export const selective_scan: ReferenceKernel<"selective_scan"> = (
  { u, projection, constants, z, order, state, out },
  p,
) => {
  const { channels, stateSize, rank, groups } = p, { data: projected } = projection, { data: rows } = constants;
  const deltas = rank || channels, width = stateSize + 2 + rank;
  const h = new Float64Array(stateSize);
  for (let b = 0; b < p.batch; b++) {
    if (!p.accumulate) {
      for (let t = 0; t < p.length; t++) {
        out.data.fill(
          0,
          out.at + (b * p.length + t) * p.outStride,
          out.at + (b * p.length + t) * p.outStride + channels,
        );
      }
    }
    for (let k = 0; k < p.directions; k++) {
      for (let e = 0; e < channels; e++) {
        const constant = constants.at + (k * channels + e) * width;
        const A = (n: number) => rows[constant + n]!;
        const D = rows[constant + stateSize]!, bias = rows[constant + stateSize + 1]!;
        const group = Math.floor(e * groups / channels);
        const carried = (((b * p.directions) + k) * channels + e) * stateSize;
        for (let n = 0; n < stateSize; n++) h[n] = p.carry & CARRY_IN ? state!.data[state!.at + carried + n]! : 0;

        for (let step = p.firstStep; step < p.firstStep + p.stepCount; step++) {
          const row = b * p.length + tokenAt(step, k, p.orders, p.length, p.gridWidth, order);
          const deltaAt = projection.at + row * p.projectionStride + k * p.projectionStep;
          const B = deltaAt + deltas + group * stateSize, C = B + groups * stateSize;
          const input = u.data[u.at + row * p.uStride + k * p.uStep + e]!;

          let delta = bias + (rank ? 0 : projected[deltaAt + e]!);
          for (let r = 0; r < rank; r++) {
            delta += rows[constant + stateSize + 2 + r]! * projected[deltaAt + r]!;
          }
          if (p.softplus) delta = softplus(delta);

          let y = D * input;
          for (let n = 0; n < stateSize; n++) {
            h[n] = Math.exp(delta * A(n)) * h[n]! + delta * input * projected[B + n]!;
            y += h[n]! * projected[C + n]!;
          }
          if (z) y *= silu(z.data[z.at + row * p.zStride + e]!);
          const at = out.at + row * p.outStride + e;
          out.data[at] = out.data[at]! + y;
        }
        if (p.carry & CARRY_OUT) h.forEach((value, n) => state!.data[state!.at + carried + n] = value);
      }
    }
  }
};
