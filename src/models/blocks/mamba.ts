/**
 * The Mamba mixer with Vim's bidirectional forms, and the plain block around it. Mirrors `mamba_simple.Mamba` of Vim's
 * vendored mamba-1p1p1 and `create_block` of `models_mamba.py` (hustvl/Vim).
 *
 * Glossary: b batch, l tokens, d width, e inner width, n states, r rank of Δ, w convolution width, k directions.
 *
 * @module
 */
import { type Bound, derived, type Parts, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { ScanOrder } from "../../kernels.ts";
import type { Carry, Ops, RowNormOptions } from "../../ops/ops.ts";
import { columns, reshape, type Tensor } from "../../tensor.ts";
import type { MaybeBiased } from "./spec.ts";

/** Directions of a mixer: one; two that share everything but A (v1); two with weights of their own (v2). */
export type BimambaType = "none" | "v1" | "v2";

/** Shape of a mixer. */
export interface MixerConfig {
  /** Channels in and out, d. */
  readonly width: number;
  /** Channels of the scan, e. */
  readonly inner: number;
  /** States per channel, n. */
  readonly stateSize: number;
  /** Rank of the Δ projection, r. */
  readonly rank: number;
  /** Taps of the causal convolution, w. */
  readonly convWidth: number;
  /** Directions. */
  readonly bimamba: BimambaType;
  /** Halves the sum of two directions (v2 only). */
  readonly divide: boolean;
  /** Whether the output has a per-channel factor `gamma`. */
  readonly layerScale: boolean;
  /** Whether the convolution has a bias. */
  readonly convBias: boolean;
  /** Whether `in_proj` and `out_proj` have a bias. */
  readonly bias: boolean;
}

/** A mixer of width d with the official defaults: n 16, w 4, e = 2d, r = ⌈d/16⌉, one direction. */
export function mixerConfig(width: number, options: Partial<MixerConfig> = {}): MixerConfig {
  return {
    width,
    inner: 2 * width,
    stateSize: 16,
    rank: Math.ceil(width / 16),
    convWidth: 4,
    bimamba: "none",
    divide: true,
    layerScale: false,
    convBias: true,
    bias: false,
    ...options,
  };
}

/** Suffixes of the weight names of each direction that has its own. */
const suffixes = (c: MixerConfig): readonly string[] => c.bimamba === "v2" ? ["", "_b"] : [""];

/** Tree of the weights of a mixer. */
export type MixerSpec = {
  readonly in_proj: MaybeBiased;
  readonly conv: Weight;
  readonly conv_bias: Weight | undefined;
  readonly x_proj: Weight;
  readonly scan: Weight;
  readonly out_weight: Weight;
  readonly out_bias: Weight | undefined;
};

/** Weights of a mixer; the keys are those of the official state dict. */
export function mixerWeights(c: MixerConfig): MixerSpec {
  const { width: d, inner: e, stateSize: n, rank: r, convWidth: w } = c;
  const own = suffixes(c);
  const each = <T>(names: readonly string[], shape: T) => Object.fromEntries(names.map((name) => [name, shape]));
  const convs = own.map((s) => `conv1d${s}`);
  const A_logs = c.bimamba === "none" ? ["A_log"] : ["A_log", "A_b_log"];
  const factor = c.bimamba === "v2" && c.divide ? 0.5 : 1;
  const gamma: Record<string, readonly number[]> = c.layerScale ? { gamma: [d] } : {};
  return {
    in_proj: { weight: tensor("linear", [2 * e, d]), bias: c.bias ? tensor("plain", [2 * e]) : undefined },
    conv: derived("conv1d", [own.length, e, w], each(convs.map((k) => `${k}.weight`), [e, 1, w]), concatenate),
    conv_bias: c.convBias
      ? derived("plain", [own.length * e], each(convs.map((k) => `${k}.bias`), [e]), concatenate)
      : undefined,
    x_proj: derived(
      "linear",
      [own.length, r + 2 * n, e],
      each(own.map((s) => `x_proj${s}.weight`), [r + 2 * n, e]),
      concatenate,
    ),
    scan: derived(
      "scan",
      [A_logs.length, e, n + 2 + r],
      {
        ...each(A_logs, [e, n]),
        ...each(own.map((s) => `D${s}`), [e]),
        ...each(own.map((s) => `dt_proj${s}.bias`), [e]),
        ...each(own.map((s) => `dt_proj${s}.weight`), [e, r]),
      },
      (parts) =>
        concatenate(A_logs.map((A_log, k) => {
          const s = own[k] ?? "";
          return scanConstants(
            parts[A_log]!,
            parts[`D${s}`]!,
            parts[`dt_proj${s}.bias`]!,
            parts[`dt_proj${s}.weight`]!,
            e,
          );
        })),
      n,
    ),
    // Halving and layer scale are factors on the output, so they go into its weights: y·½·Wᵀ·γ = y·(γ½W)ᵀ.
    out_weight: derived("linear", [d, e], { "out_proj.weight": [d, e], ...gamma }, (parts) => {
      return scaleRows(parts["out_proj.weight"]!, parts.gamma, factor, e);
    }),
    out_bias: c.bias
      ? derived("plain", [d], { "out_proj.bias": [d], ...gamma }, (parts) => {
        return scaleRows(parts["out_proj.bias"]!, parts.gamma, 1, 1);
      })
      : undefined,
  };
}

/** Weights of a mixer on a device. */
export type MixerWeights = Bound<MixerSpec>;

/** Rows A | D | Δ bias | Δ weight of one direction, A = −exp(A_log). Role `scan` of the device. */
export function scanConstants(
  A_log: Float32Array,
  D: Float32Array,
  bias: Float32Array,
  weight: Float32Array,
  channels: number,
): Float32Array {
  const n = A_log.length / channels, r = weight.length / channels, width = n + 2 + r;
  const rows = new Float32Array(channels * width);
  for (let e = 0; e < channels; e++) {
    for (let i = 0; i < n; i++) rows[e * width + i] = -Math.exp(A_log[e * n + i]!);
    rows[e * width + n] = D[e]!;
    rows[e * width + n + 1] = bias[e]!;
    rows.set(weight.subarray(e * r, (e + 1) * r), e * width + n + 2);
  }
  return rows;
}

/** Arrays one after the other. */
export function concatenate(parts: Parts | readonly Float32Array[]): Float32Array {
  const arrays = Object.values(parts);
  const all = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function scaleRows(weight: Float32Array, gamma: Float32Array | undefined, factor: number, width: number): Float32Array {
  return weight.map((value, i) => value * factor * (gamma?.[Math.floor(i / width)] ?? 1));
}

/** Where a mixer puts its output, and which way it walks. */
export interface MixerOptions {
  /** Norm of each token before anything else. */
  readonly norm?: RowNormOptions;
  /** Adds the output to this tensor in place. */
  readonly into?: Tensor;
  /** Writes the output to this tensor. */
  readonly out?: Tensor;
  /** Walks the sequence from its end: what flip ∘ mixer ∘ flip gives, without the flips. */
  readonly reversed?: boolean;
  /** Goes on from, or leaves, the states of convolution and scan, so that a long sequence can come in parts. */
  readonly carry?: { readonly conv: Carry; readonly scan: Carry };
}

/**
 * The mixer: x [b, l, d] → [b, l, d].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, mixer, mixerConfig, mixerWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = mixerConfig(16), spec = mixerWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const x = new Float32Array(2 * 10 * 16).fill(0.5); // [b, l, d]
 * const y = await runModel(device, function* (ops) {
 *   return mixer(ops, weights, config, ops.input(x, [2, 10, 16]));
 * });
 * console.log(y.length === x.length); // true
 * ```
 */
export function mixer(ops: Ops, w: MixerWeights, c: MixerConfig, x: Tensor, options: MixerOptions = {}): Tensor {
  const { inner, stateSize, bimamba } = c;
  const forth: ScanOrder = options.reversed ? "rowReversed" : "row";
  const back: ScanOrder = options.reversed ? "row" : "rowReversed";
  const orders = bimamba === "none" ? [forth] : [forth, back];
  const own = suffixes(c).length;

  const xz = ops.linear(x, w.in_proj.weight, { bias: w.in_proj.bias, norm: options.norm }); // [b, l, 2e]
  const u = ops.causalConv1d(columns(xz, 0, inner), w.conv, {
    bias: w.conv_bias,
    activation: "silu",
    orders: orders.slice(0, own),
    ...(options.carry ? { carry: options.carry.conv } : {}),
  }); // [b, l, own·e]
  const projection = ops.linear(u, w.x_proj); // [b, l, own·(r + 2n)]
  const y = ops.selectiveScan(u, projection, w.scan, {
    stateSize,
    orders,
    z: columns(xz, inner, inner),
    sharedInput: own === 1,
    sharedProjection: own === 1,
    ...(options.carry ? { carry: options.carry.scan } : {}),
  }); // [b, l, e]
  const { into, out } = options;
  return ops.linear(y, w.out_weight, { bias: w.out_bias, ...(into ? { into } : out ? { out } : {}) }); // [b, l, d]
}

/** Shape of a plain block: a norm and a mixer. */
export interface BlockConfig {
  /** The mixer. */
  readonly mixer: MixerConfig;
  /** RMSNorm instead of LayerNorm. */
  readonly rmsNorm: boolean;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** A plain block with the defaults of `create_block(d_model)`: LayerNorm (ε 1e-5) and a one-directional mixer. */
export function blockConfig(
  width: number,
  options: { readonly mixer?: Partial<MixerConfig>; readonly rmsNorm?: boolean; readonly epsilon?: number } = {},
): BlockConfig {
  return {
    mixer: mixerConfig(width, options.mixer),
    rmsNorm: options.rmsNorm ?? false,
    epsilon: options.epsilon ?? 1e-5,
  };
}

/** Weights of a norm: LayerNorm has a bias, RMSNorm none. */
export function normWeights(width: number, rmsNorm: boolean): MaybeBiased {
  return { weight: tensor("plain", [width]), bias: rmsNorm ? undefined : tensor("plain", [width]) };
}

/** Weights of a norm on a device. */
export type NormWeights = Bound<MaybeBiased>;

/** Tree of the weights of a plain block. */
export type BlockSpec = { readonly norm: MaybeBiased; readonly mixer: MixerSpec };

/** Weights of a plain block. */
export function blockWeights(c: BlockConfig): BlockSpec {
  return { norm: normWeights(c.mixer.width, c.rmsNorm), mixer: mixerWeights(c.mixer) };
}

/** Weights of a plain block on a device. */
export type BlockWeights = Bound<BlockSpec>;

/** A norm as the first step of a mixer. */
export function normOf(
  w: NormWeights,
  { rmsNorm, epsilon }: { readonly rmsNorm: boolean; readonly epsilon: number },
): RowNormOptions {
  return { kind: rmsNorm ? "rms" : "layer", ...w, epsilon };
}

/** RMSNorm or LayerNorm of x; a residual gets x added in place first. */
export function norm(
  ops: Ops,
  w: NormWeights,
  { rmsNorm, epsilon }: { readonly rmsNorm: boolean; readonly epsilon: number },
  x: Tensor,
  residual?: Tensor,
): Tensor {
  return rmsNorm
    ? ops.rmsNorm(x, w.weight, { epsilon, residual })
    : ops.layerNorm(x, w.weight, { epsilon, residual, bias: w.bias });
}

/**
 * The plain block as `Block.forward`: the residual becomes hidden (+ residual), the hidden state becomes
 * mixer(norm(residual)). Tensors are [b, l, d].
 */
export function block(
  ops: Ops,
  w: BlockWeights,
  c: BlockConfig,
  hidden: Tensor,
  residual?: Tensor,
): { readonly hidden: Tensor; readonly residual: Tensor } {
  const sum = residual ? ops.add(hidden, residual) : ops.copy(hidden); // [b, l, d]
  return { hidden: mixer(ops, w.mixer, c.mixer, sum, { norm: normOf(w.norm, c) }), residual: sum };
}

/**
 * The plain block as a plug-in over a feature map [b, h, w, d] of any size: mixer(norm(x)) over its pixels row by row,
 * as the published demo uses it; `residual` adds x.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, blockConfig, blockOverMap, blockWeights, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = blockConfig(16), spec = blockWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 16).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, function* (ops) {
 *   return blockOverMap(ops, weights, config, ops.input(map, [1, 8, 12, 16]), { residual: true });
 * });
 * console.log(out.length === map.length); // true
 * ```
 */
export function blockOverMap(
  ops: Ops,
  w: BlockWeights,
  c: BlockConfig,
  map: Tensor,
  { residual = false }: { readonly residual?: boolean } = {},
): Tensor {
  const [batch, height, width, channels] = map.shape as readonly [number, number, number, number];
  const tokens = reshape(map, [batch, height * width, channels]); // [b, h·w, d]
  const sum = residual ? ops.copy(tokens) : undefined;
  const mixed = mixer(ops, w.mixer, c.mixer, tokens, { norm: normOf(w.norm, c), ...(sum ? { into: sum } : {}) });
  return reshape(mixed, map.shape);
}
