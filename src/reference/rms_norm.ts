import { norm } from "./norm.ts";
import type { ReferenceKernel } from "./view.ts";

/** v·weight/√(mean v² + ε), no bias. Mirrors `rms_norm_ref` of mamba_ssm. */
export const rms_norm: ReferenceKernel<"rms_norm"> = (operands, params) => norm(operands, params, false);
