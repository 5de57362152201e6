/**
 * The block of MambaOut: a Mamba block without its scan. Mirrors `GatedCNNBlock` of yuweihao/MambaOut.
 *
 * Glossary: b batch, h × w pixels, d width, m hidden width.
 *
 * @module
 */
import { depthwiseConv2dInBands, linearInBands } from "../../ops/bands.ts";
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";
import type { Biased } from "./spec.ts";

/** Shape of a block. */
export interface GatedCnnConfig {
  /** Channels in and out. */
  readonly width: number;
  /** Channels of the gate and of what it multiplies. */
  readonly hidden: number;
  /** How many of them, the last ones, are convolved. */
  readonly convolved: number;
  /** Side of the convolution. */
  readonly kernel: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** A block of `width` channels with the official defaults: ⌊8/3·d⌋ hidden, d of them convolved 7 × 7, ε 1e-6. */
export function gatedCnnConfig(width: number, options: Partial<GatedCnnConfig> = {}): GatedCnnConfig {
  return { width, hidden: Math.floor(8 / 3 * width), convolved: width, kernel: 7, epsilon: 1e-6, ...options };
}

/** Tree of the weights of a block. */
export type GatedCnnSpec = {
  readonly norm: Biased;
  readonly gate_weight: Weight;
  readonly gate_bias: Weight;
  readonly value_weight: Weight;
  readonly value_bias: Weight;
  readonly conv: Biased;
  readonly fc2: Biased;
};

/** Weights of a block; the keys are those of the official state dict. */
export function gatedCnnWeights({ width: d, hidden: m, convolved: cc, kernel: k }: GatedCnnConfig): GatedCnnSpec {
  // fc1 has the gate's rows first; they alone pass the activation.
  const half = (at: 0 | 1) => ({
    weight: derived("linear", [m, d], { "fc1.weight": [2 * m, d] }, (parts) => {
      return parts["fc1.weight"]!.slice(at * m * d, (at + 1) * m * d);
    }),
    bias: derived("plain", [m], { "fc1.bias": [2 * m] }, (parts) => parts["fc1.bias"]!.slice(at * m, (at + 1) * m)),
  });
  const gate = half(0), value = half(1);
  return {
    norm: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) },
    gate_weight: gate.weight,
    gate_bias: gate.bias,
    value_weight: value.weight,
    value_bias: value.bias,
    conv: { weight: tensor("depthwise", [cc, k, k], { stored: [cc, 1, k, k] }), bias: tensor("plain", [cc]) },
    fc2: { weight: tensor("linear", [d, m]), bias: tensor("plain", [d]) },
  };
}

/** Weights of a block on a device. */
export type GatedCnnWeights = Bound<GatedCnnSpec>;

/**
 * x + fc2(gelu(gate) · (value | conv(value))) over x [b, h, w, d], in place.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, gatedCnn, gatedCnnConfig, gatedCnnWeights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = gatedCnnConfig(16), spec = gatedCnnWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 16).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => gatedCnn(ops, weights, config, ops.input(map, [1, 8, 12, 16])));
 * console.log(out.length === map.length); // true
 * ```
 */
export function* gatedCnn(ops: Ops, w: GatedCnnWeights, c: GatedCnnConfig, x: Tensor): Generator<void, Tensor> {
  using _ = ops.scope();
  const plain = c.hidden - c.convolved;
  const norm = { kind: "layer", ...w.norm, epsilon: c.epsilon } as const;
  const gate = yield* linearInBands(ops, x, w.gate_weight, { bias: w.gate_bias, activation: "gelu", norm }); // [b, h, w, m]
  const value = yield* linearInBands(ops, x, w.value_weight, { bias: w.value_bias, norm }); // [b, h, w, m]
  const { weight, bias } = w.conv;
  const product = ops.empty(value.shape); // [b, h, w, m]
  const passed = (tensor: Tensor) => columns(tensor, 0, plain);
  if (plain > 0) ops.binary("multiply", passed(gate), passed(value), { out: passed(product) });
  const mixed = (tensor: Tensor) => columns(tensor, plain, c.convolved), options = { bias, factor: mixed(gate) };
  yield* depthwiseConv2dInBands(ops, mixed(value), weight, { ...options, out: mixed(product) });
  yield* linearInBands(ops, product, w.fc2.weight, { bias: w.fc2.bias, into: x });
  return x;
}
