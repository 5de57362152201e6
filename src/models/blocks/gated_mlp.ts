/**
 * The gated MLP: `GatedMLP` of state-spaces/mamba. d width, f hidden width.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Activation } from "../../kernels.ts";
import type { Ops } from "../../ops/ops.ts";
import { columns, columnsOf, type Tensor } from "../../tensor.ts";
import type { MaybeBiased } from "./spec.ts";

/** Tree of the weights of a gated MLP. */
export type GatedMlpSpec = { readonly fc1: MaybeBiased; readonly fc2: MaybeBiased };

/** Weights of a gated MLP; the keys are those of the official state dict. */
export function gatedMlpWeights(width: number, hidden: number, bias = false): GatedMlpSpec {
  return {
    fc1: { weight: tensor("linear", [2 * hidden, width]), bias: bias ? tensor("plain", [2 * hidden]) : undefined },
    fc2: { weight: tensor("linear", [width, hidden]), bias: bias ? tensor("plain", [width]) : undefined },
  };
}

/** Weights of a gated MLP on a device. */
export type GatedMlpWeights = Bound<GatedMlpSpec>;

/**
 * fc2(y · act(gate)) of y, gate = fc1(x): x [b, l, d] → [b, l, d].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, gatedMlp, gatedMlpWeights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const spec = gatedMlpWeights(16, 64);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const x = new Float32Array(10 * 16).fill(0.5); // [b, l, d]
 * const y = await runModel(device, function* (ops) {
 *   return gatedMlp(ops, weights, ops.input(x, [1, 10, 16]));
 * });
 * console.log(y.length === x.length); // true
 * ```
 */
export function gatedMlp(ops: Ops, w: GatedMlpWeights, x: Tensor, activation: Activation = "silu"): Tensor {
  const both = ops.linear(x, w.fc1.weight, { bias: w.fc1.bias }), hidden = columnsOf(both) / 2; // [b, l, 2f]
  const gate = ops.unary(columns(both, hidden, hidden), activation); // [b, l, f]
  const y = ops.binary("multiply", columns(both, 0, hidden), gate); // [b, l, f]
  return ops.linear(y, w.fc2.weight, { bias: w.fc2.bias }); // [b, l, d]
}
