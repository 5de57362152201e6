/**
 * The H3 layer (Fu et al. 2023, arXiv 2212.14052): a shift and a diagonal system between gates, `H3` of HazyResearch/H3.
 *
 * Glossary: b batch, l tokens, d width, p head size, h = d/p heads, n stored states.
 *
 * @module
 */
import { type Bound, derived, type Parts, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Carry, Ops } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";
import {
  type DiagonalConfig,
  type DiagonalForm,
  type DiagonalSpec,
  diagonalSystem,
  diagonalWeights,
} from "./diagonal_system.ts";
import type { Biased } from "./spec.ts";

/** Shape of an H3 layer. */
export interface H3Config {
  /** Channels in and out, d. */
  readonly width: number;
  /** Size of a head, p. */
  readonly headSize: number;
  /** Taps of the shift, which is the state size. */
  readonly taps: number;
  /** The diagonal system of the heads. */
  readonly system: DiagonalConfig;
}

/** Sizes of an H3 layer. */
export interface H3Sizes {
  /** States; 64 by default. */
  readonly stateSize?: number;
  /** Channels of a head; 1 by default. */
  readonly headSize?: number;
}

/**
 * An H3 layer of `width` channels with the official defaults: state size 64, heads of 1.
 *
 * @throws {RangeError} The head size does not divide the width.
 */
export function h3Config(width: number, { stateSize = 64, headSize = 1 }: H3Sizes = {}): H3Config {
  if (!Number.isInteger(headSize) || headSize < 1 || width % headSize !== 0) {
    throw new RangeError(
      `Cannot configure H3 as headSize must be a whole number that divides ${width}: current value is ${headSize}`,
    );
  }
  const kernel = "kernel.kernel.";
  return {
    width,
    headSize,
    taps: stateSize,
    system: {
      channels: width / headSize,
      states: Math.floor(stateSize / 2),
      rule: "bilinear",
      framed: true,
      keys: {
        logDt: `${kernel}log_dt`,
        logRealA: `${kernel}inv_A_real`,
        imagA: `${kernel}A_imag`,
        C: `${kernel}C`,
        B: `${kernel}B`,
        D: "D",
      },
    },
  };
}

/** Rows of a matrix of `rows` from (head, place) to (place, head), so that one place of all heads lies side by side. */
function byPlace(values: Float32Array, { width, headSize }: H3Config): Float32Array {
  const heads = width / headSize, columns = values.length / width, out = new Float32Array(values.length);
  for (let h = 0; h < heads; h++) {
    for (let p = 0; p < headSize; p++) {
      const from = (h * headSize + p) * columns;
      out.set(values.subarray(from, from + columns), (p * heads + h) * columns);
    }
  }
  return out;
}

/** The shift's filter k_j = Σ_i B_i·C_{i+j}, with D added to k_0, as [1, d, taps] with the last tap first. */
function shiftFilter(c: H3Config, parts: Parts): Float32Array {
  const { width, taps } = c, filter = new Float32Array(width * taps);
  const B = parts["ssm_k_kernel.kernel.B"]!, C = parts["ssm_k_kernel.kernel.C"]!, D = parts.ssm_k_D!;
  for (let e = 0; e < width; e++) {
    for (let j = 0; j < taps; j++) {
      let sum = j === 0 ? D[e]! : 0;
      for (let i = 0; i + j < taps; i++) sum += B[e * taps + i]! * C[e * taps + i + j]!;
      filter[(e + 1) * taps - 1 - j] = sum;
    }
  }
  return byPlace(filter, c);
}

/** Tree of the weights of an H3 layer. */
export type H3Spec = Omit<DiagonalSpec, "kernel"> & {
  readonly q_weight: Weight;
  readonly q_bias: Weight;
  readonly k_weight: Weight;
  readonly k_bias: Weight;
  readonly v_weight: Weight;
  readonly v_bias: Weight;
  readonly shift: Weight;
  readonly kernel_taps: Weight | undefined;
  readonly output_linear: Biased;
};

/**
 * Weights of an H3 layer; the keys are those of the official state dict.
 *
 * @param length Most tokens of the convolutional form; 0: the diagonal system is only recurrent.
 */
export function h3Weights(c: H3Config, length: number): H3Spec {
  const { width: d, taps } = c;
  const projection = (name: string) => ({
    weight: derived("linear", [d, d], { [`${name}.weight`]: [d, d] }, (p) => byPlace(p[`${name}.weight`]!, c)),
    bias: derived("plain", [d], { [`${name}.bias`]: [d] }, (p) => byPlace(p[`${name}.bias`]!, c)),
  });
  const q = projection("q_proj"), k = projection("k_proj"), v = projection("v_proj");
  const { kernel, ...rest } = diagonalWeights(c.system, length);
  return {
    q_weight: q.weight,
    q_bias: q.bias,
    k_weight: k.weight,
    k_bias: k.bias,
    v_weight: v.weight,
    v_bias: v.bias,
    shift: derived(
      "conv1d",
      [1, d, taps],
      { "ssm_k_kernel.kernel.B": [d, taps], "ssm_k_kernel.kernel.C": [1, d, taps], ssm_k_D: [d] },
      (parts) => shiftFilter(c, parts),
    ),
    kernel_taps: kernel,
    ...rest,
    output_linear: { weight: tensor("linear", [d, d]), bias: tensor("plain", [d]) },
  };
}

/** Weights of an H3 layer on a device. */
export type H3Weights = Bound<H3Spec>;

/** How an H3 layer is run. */
export interface H3Options {
  /** Form of the diagonal system; `auto` by default. */
  readonly form?: DiagonalForm;
  /** States to go on from and to leave behind; zeros begin a sequence. See {@linkcode h3States}. */
  readonly states?: H3States;
}

/** States of a layer: of the shift [b, 1, taps − 1, d], and of the diagonal system one [b, h·n·2] a pair of places. */
export interface H3States {
  /** The last keys. */
  readonly shift: Tensor;
  /** Of the pair (p₁, p₂), at p₁·headSize + p₂. */
  readonly systems: readonly Tensor[];
}

/** The states of sequences that have not begun. */
export function h3States(ops: Ops, c: H3Config, batch: number): H3States {
  const size = 2 * c.system.channels * c.system.states;
  return {
    shift: ops.zeros([batch, 1, c.taps - 1, c.width]),
    systems: Array.from({ length: c.headSize ** 2 }, () => ops.zeros([batch, size])),
  };
}

/**
 * The layer: x [b, l, d] → [b, l, d]. Channels come out as (place, head), which official weights rely on.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, h3, h3Config, h3Weights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = h3Config(8, { stateSize: 6, headSize: 2 }), spec = h3Weights(config, 20);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const x = Float32Array.from({ length: 20 * 8 }, (_, i) => Math.sin(i)); // [b, l, d]
 * const y = await runModel(device, function* (ops) {
 *   return h3(ops, weights, config, ops.input(x, [1, 20, 8]));
 * });
 * console.log(y.length === x.length); // true
 * ```
 */
export function h3(ops: Ops, w: H3Weights, c: H3Config, x: Tensor, { form = "auto", states }: H3Options = {}): Tensor {
  const { headSize } = c, heads = c.width / headSize;
  const carry: { carry?: Carry } = states ? { carry: { state: states.shift, read: true, write: true } } : {};
  const q = ops.linear(x, w.q_weight, { bias: w.q_bias }); // [b, l, d], as all that follow
  const k = ops.causalConv1d(ops.linear(x, w.k_weight, { bias: w.k_bias }), w.shift, { orders: ["row"], ...carry });
  const v = ops.linear(x, w.v_weight, { bias: w.v_bias });
  const place = (tensor: Tensor, p: number): Tensor => columns(tensor, p * heads, heads); // [b, l, h]
  const system = { ...w, kernel: w.kernel_taps };
  const gated = ops.zeros(x.shape);
  for (let a = 0; a < headSize; a++) {
    for (let b = 0; b < headSize; b++) {
      using _ = ops.scope();
      const state = states?.systems[a * headSize + b];
      const kv = ops.binary("multiply", place(k, a), place(v, b)); // [b, l, h]
      const y = diagonalSystem(ops, system, kv, { form, ...(state ? { state } : {}) }); // [b, l, h]
      ops.binary("multiply", place(q, a), y, { into: place(gated, b) });
    }
  }
  return ops.linear(gated, w.output_linear.weight, { bias: w.output_linear.bias }); // [b, l, d]
}
