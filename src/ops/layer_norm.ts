import { columnsOf, type Tensor } from "../tensor.ts";
import { expectVector } from "./checks.ts";
import type { Issue } from "./issue.ts";
import { normCall, type NormOptions } from "./norm.ts";

/** Options of {@linkcode Ops.layerNorm}. */
export interface LayerNormOptions extends NormOptions {
  /** One summand per column. */
  readonly bias?: Tensor | undefined;
}

/** See {@linkcode Ops.layerNorm}. */
export function layerNorm(issue: Issue, x: Tensor, weight: Tensor, options: LayerNormOptions): Tensor {
  const { residual, bias, gate } = options;
  expectVector("layerNorm", "bias", bias, columnsOf(x));
  const { params, out } = normCall(issue, "layerNorm", x, weight, options);
  issue.run("layer_norm", { x, residual, weight, bias, gate, out }, params);
  return out;
}
