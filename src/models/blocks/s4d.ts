/**
 * The S4D layer (Gu et al. 2022, arXiv 2206.11893): `S4D` of state-spaces/s4. h channels, n stored states.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";
import { type DiagonalConfig, type DiagonalOptions, diagonalSystem, diagonalWeights } from "./diagonal_system.ts";

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

/**
 * Weights of an S4D layer; the keys are those of the official state dict.
 *
 * @param length Most tokens of the convolutional form; 0: the layer is only recurrent.
 */
export function s4dWeights(c: DiagonalConfig, length: number) {
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
  } as const;
}

/** Weights of an S4D layer on a device. */
export type S4dWeights = Bound<ReturnType<typeof s4dWeights>>;

/** The layer: u [b, l, h] → [b, l, h]. */
export function s4d(ops: Ops, w: S4dWeights, u: Tensor, options: Omit<DiagonalOptions, "activation"> = {}): Tensor {
  const system = { ...w, kernel: w.kernel_taps };
  const y = diagonalSystem(ops, system, u, { ...options, activation: "gelu" }); // [b, l, h]
  const { weight, bias } = w.output_linear[0]!, h = y.shape[2]!;
  const both = ops.linear(y, weight, { bias }); // [b, l, 2h]
  return ops.binary("multiply", columns(both, 0, h), ops.unary(columns(both, h, h), "sigmoid")); // [b, l, h]
}
