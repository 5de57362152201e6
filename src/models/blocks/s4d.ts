/**
 * The S4D layer (Gu et al. 2022, arXiv 2206.11893): `S4D` of state-spaces/s4. h channels, n stored states.
 *
 * @module
 */
import { type Bound, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";
import {
  type DiagonalConfig,
  type DiagonalOptions,
  type DiagonalSpec,
  diagonalSystem,
  diagonalWeights,
} from "./diagonal_system.ts";
import type { Biased } from "./spec.ts";

/** The system of a layer of `channels` and a state size, of which half, rounded down, is stored. */
export function s4dConfig(channels: number, stateSize = 64): DiagonalConfig {
  return {
    channels,
    states: Math.floor(stateSize / 2),
    rule: "zoh",
    keys: {
      logDt: "kernel.log_dt",
      logRealA: "kernel.log_A_real",
      imagA: "kernel.A_imag",
      C: "kernel.C",
      D: "D",
    },
  };
}

/** Tree of the weights of an S4D layer. */
export type S4dSpec = Omit<DiagonalSpec, "kernel"> & {
  readonly kernel_taps: Weight | undefined;
  readonly output_linear: readonly Biased[];
};

/**
 * Weights of an S4D layer; the keys are those of the official state dict.
 *
 * @param length Most tokens of the convolutional form; 0: the layer is only recurrent.
 */
export function s4dWeights(c: DiagonalConfig, length: number): S4dSpec {
  const { kernel, decay, drive, readout, skip } = diagonalWeights(c, length), h = c.channels;
  return {
    kernel_taps: kernel,
    decay,
    drive,
    readout,
    skip,
    output_linear: [{
      weight: tensor("linear", [2 * h, h], { stored: [2 * h, h, 1] }),
      bias: tensor("plain", [2 * h]),
    }],
  };
}

/** Weights of an S4D layer on a device. */
export type S4dWeights = Bound<S4dSpec>;

/**
 * The layer: u [b, l, h] → [b, l, h].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, s4d, s4dConfig, s4dWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const spec = s4dWeights(s4dConfig(6, 8), 20), { weights } = await bind(spec, initialWeights(spec), device);
 * const u = Float32Array.from({ length: 20 * 6 }, (_, i) => Math.sin(i)); // [b, l, h]
 * const [fast, slow] = [await layer("convolution"), await layer("recurrence")];
 * console.log(fast.every((y, i) => Math.abs(y - slow[i]!) < 1e-5)); // true
 *
 * function layer(form: "convolution" | "recurrence") {
 *   return runModel(device, function* (ops) {
 *     return s4d(ops, weights, ops.input(u, [1, 20, 6]), { form });
 *   });
 * }
 * ```
 */
export function s4d(ops: Ops, w: S4dWeights, u: Tensor, options: Omit<DiagonalOptions, "activation"> = {}): Tensor {
  const system = { ...w, kernel: w.kernel_taps };
  const y = diagonalSystem(ops, system, u, { ...options, activation: "gelu" }); // [b, l, h]
  const { weight, bias } = w.output_linear[0]!, h = y.shape[2]!;
  const both = ops.linear(y, weight, { bias }); // [b, l, 2h]
  return ops.binary("multiply", columns(both, 0, h), ops.unary(columns(both, h, h), "sigmoid")); // [b, l, h]
}
