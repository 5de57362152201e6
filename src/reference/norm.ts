import { silu } from "./activation.ts";
import type { View } from "./view.ts";

interface NormOperands {
  readonly x: View;
  readonly residual?: View | undefined;
  readonly weight: View;
  readonly bias?: View | undefined;
  readonly gate?: View | undefined;
  readonly out: View;
}

interface NormParams {
  readonly rows: number;
  readonly columns: number;
  readonly epsilon: number;
  readonly xStride: number;
  readonly residualStride: number;
  readonly gateStride: number;
  readonly outStride: number;
}

/** What `rms_norm` and `layer_norm` share: everything but whether the mean is subtracted. */
export function norm({ x, residual, weight, bias, gate, out }: NormOperands, p: NormParams, centred: boolean): void {
  const v = new Float64Array(p.columns);
  for (let r = 0; r < p.rows; r++) {
    for (let c = 0; c < p.columns; c++) {
      v[c] = x.data[x.at + r * p.xStride + c]!;
      if (residual) {
        const at = residual.at + r * p.residualStride + c;
        v[c] = residual.data[at]! + v[c]!;
        residual.data[at] = v[c]!;
      }
    }
    const mean = centred ? v.reduce((a, b) => a + b, 0) / p.columns : 0;
    const power = v.reduce((sum, value) => sum + (value - mean) ** 2, 0) / p.columns;
    const scale = 1 / Math.sqrt(power + p.epsilon);
    for (let c = 0; c < p.columns; c++) {
      const normal = (v[c]! - mean) * scale * weight.data[weight.at + c]! + (bias ? bias.data[bias.at + c]! : 0);
      out.data[out.at + r * p.outStride + c] = gate
        ? normal * silu(gate.data[gate.at + r * p.gateStride + c]!)
        : normal;
    }
  }
}
