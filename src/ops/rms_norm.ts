import type { Tensor } from "../tensor.ts";
import type { Issue } from "./issue.ts";
import { normCall, type NormOptions } from "./norm.ts";

/** See {@linkcode Ops.rmsNorm}. */
export function rmsNorm(issue: Issue, x: Tensor, weight: Tensor, options: NormOptions): Tensor {
  const { params, out } = normCall(issue, "rmsNorm", x, weight, options);
  issue.run("rms_norm", { x, residual: options.residual, weight, gate: options.gate, out }, params);
  return out;
}
