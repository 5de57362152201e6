import { norm } from "./norm.ts";
import type { ReferenceKernel } from "./view.ts";

/** (v − mean v)·weight/√(var v + ε) + bias with the biased variance. Mirrors `torch.nn.LayerNorm`. */
export const layer_norm: ReferenceKernel<"layer_norm"> = (operands, params) => norm(operands, params, true);
