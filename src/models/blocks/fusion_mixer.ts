/**
 * The mixer of FusionMamba: a Mamba mixer that may walk an image in four directions and may take Δ, B and C from a
 * second input. Mirrors `mamba_simple.Mamba` of PSRben/FusionMamba, bimamba types none and v0 to v9.
 *
 * Glossary: b batch, l tokens, d width, e inner width, n states, r rank of Δ, w convolution width, k directions.
 *
 * @module
 */
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { ScanOrder } from "../../kernels.ts";
import type { Ops, RowNormOptions } from "../../ops/ops.ts";
import { columns, type Tensor } from "../../tensor.ts";
import { concatenate, scanConstants } from "./mamba.ts";
import type { Biased } from "./spec.ts";

/** Forms of the mixer, official names. */
export type FusionType = "none" | "v0" | "v1" | "v2" | "v3" | "v4" | "v5" | "v6" | "v7" | "v8" | "v9";

/** What a form does. */
interface Form {
  /** Directions of the scan. */
  readonly directions: 1 | 2 | 4;
  /** Whether each direction has weights of its own; else they share all but A. */
  readonly own: boolean;
  /** Whether Δ, B and C come from a second input. */
  readonly second: boolean;
  /** Whether the gate comes from the second input too. */
  readonly gateFromSecond?: boolean;
  /** Whether the column directions scan x as it leaves `in_proj`, without convolution (so the official code). */
  readonly rawColumns?: boolean;
  /** Whether the sum of the directions may be halved (or quartered) and normalised. */
  readonly joined: boolean;
}

const FORMS: Readonly<Record<FusionType, Form>> = {
  none: { directions: 1, own: false, second: false, joined: false },
  v0: { directions: 1, own: false, second: true, joined: true },
  v1: { directions: 2, own: false, second: false, joined: false },
  v2: { directions: 2, own: true, second: false, joined: true },
  v3: { directions: 2, own: true, second: true, joined: true },
  v4: { directions: 2, own: true, second: true, gateFromSecond: true, joined: true },
  v5: { directions: 2, own: false, second: true, joined: true },
  v6: { directions: 4, own: true, second: false, joined: true },
  v7: { directions: 4, own: true, second: true, joined: true },
  v8: { directions: 4, own: false, second: false, rawColumns: true, joined: true },
  v9: { directions: 4, own: false, second: true, rawColumns: true, joined: true },
};

/** Names of all forms. */
export const FUSION_TYPES = Object.keys(FORMS) as readonly FusionType[];

/** Whether a form takes a second input. */
export const takesSecond = (type: FusionType): boolean => FORMS[type].second;

/** Shape of a mixer. */
export interface FusionMixerConfig {
  /** Which form. */
  readonly type: FusionType;
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
  /** Whether the sum of the directions is divided by their number (`if_devide_out`). */
  readonly divide: boolean;
  /** Whether a layer norm stands before `out_proj`. */
  readonly norm: boolean;
}

/**
 * A mixer of width d with the defaults of the official class as FusionMamba uses it: n 8, w 4, e = d, r = ⌈d/16⌉, the sum
 * divided and normalised.
 *
 * @throws {TypeError} For a type that there is not.
 *
 * @example
 * ```ts
 * const config = fusionMixerConfig("v7", 32);
 * ```
 */
export function fusionMixerConfig(
  type: FusionType,
  width: number,
  options: Partial<Omit<FusionMixerConfig, "type" | "width">> = {},
): FusionMixerConfig {
  if (!Object.hasOwn(FORMS, type)) {
    throw new TypeError(
      `Cannot configure a FusionMamba mixer as its type must be one of ${FUSION_TYPES.join(", ")}: current value is ${
        JSON.stringify(type)
      }`,
    );
  }
  return {
    type,
    width,
    inner: width,
    stateSize: 8,
    rank: Math.ceil(width / 16),
    convWidth: 4,
    divide: true,
    norm: true,
    ...options,
  };
}

const SUFFIXES = ["", "_b", "_c", "_d"] as const;
const LOGS = ["A_log", "A_b_log", "A_c_log", "A_d_log"] as const;
const ORDERS: readonly ScanOrder[] = ["row", "rowReversed", "column", "columnReversed"];
const EPSILON = 1e-5;

const each = <T>(names: readonly string[], shape: T) => Object.fromEntries(names.map((name) => [name, shape]));

/** Constants of the directions whose A is named by `logs`; direction k has the other weights of suffix k, or the first. */
function scanWeights(c: FusionMixerConfig, logs: readonly string[], own: readonly string[]) {
  const { inner: e, stateSize: n, rank: r } = c;
  return derived(
    "scan",
    [logs.length, e, n + 2 + r],
    {
      ...each(logs, [e, n]),
      ...each(own.map((s) => `D${s}`), [e]),
      ...each(own.map((s) => `dt_proj${s}.bias`), [e]),
      ...each(own.map((s) => `dt_proj${s}.weight`), [e, r]),
    },
    (parts) =>
      concatenate(logs.map((log, k) => {
        const s = own[k] ?? "";
        return scanConstants(
          parts[log]!,
          parts[`D${s}`]!,
          parts[`dt_proj${s}.bias`]!,
          parts[`dt_proj${s}.weight`]!,
          e,
        );
      })),
    n,
  );
}

/** Tree of the weights of a mixer. */
export type FusionMixerSpec = {
  readonly in_proj: { readonly weight: Weight };
  readonly in_proj_b: { readonly weight: Weight } | undefined;
  readonly conv: Weight;
  readonly conv_bias: Weight;
  readonly x_proj: Weight;
  readonly scan: Weight;
  readonly scan_columns: Weight | undefined;
  readonly norm: Biased | undefined;
  readonly out: Weight;
};

/** Weights of a mixer; the keys are those of the official state dict. */
export function fusionMixerWeights(c: FusionMixerConfig): FusionMixerSpec {
  const { width: d, inner: e, stateSize: n, rank: r, convWidth: w } = c, form = FORMS[c.type];
  const own = SUFFIXES.slice(0, form.own ? form.directions : 1), logs = LOGS.slice(0, form.directions);
  const named = (stem: string, end: string) => own.map((suffix) => `${stem}${suffix}${end}`);
  const projections = each(named("x_proj", ".weight"), [r + 2 * n, e]);
  // Without a norm the division is a factor on the output, so it goes into its weights; with one, into its ε.
  const factor = form.joined && c.divide && !c.norm ? 1 / form.directions : 1;
  return {
    in_proj: { weight: tensor("linear", [form.gateFromSecond ? e : 2 * e, d]) },
    in_proj_b: form.second ? { weight: tensor("linear", [form.gateFromSecond ? 2 * e : e, d]) } : undefined,
    conv: derived("conv1d", [own.length, e, w], each(named("conv1d", ".weight"), [e, 1, w]), concatenate),
    conv_bias: derived("plain", [own.length * e], each(named("conv1d", ".bias"), [e]), concatenate),
    // From its own convolution a direction is projected alone; from the second input all are projected at once.
    x_proj: form.second
      ? derived("linear", [own.length * (r + 2 * n), e], projections, concatenate)
      : derived("linear", [own.length, r + 2 * n, e], projections, concatenate),
    scan: scanWeights(c, form.rawColumns ? logs.slice(0, 2) : logs, own),
    scan_columns: form.rawColumns ? scanWeights(c, logs.slice(2), own) : undefined,
    norm: form.joined && c.norm ? { weight: tensor("plain", [e]), bias: tensor("plain", [e]) } : undefined,
    out: derived("linear", [d, e], { "out_proj.weight": [d, e] }, (parts) => {
      return factor === 1 ? parts["out_proj.weight"]! : parts["out_proj.weight"]!.map((value) => value * factor);
    }),
  };
}

/** Weights of a mixer on a device. */
export type FusionMixerWeights = Bound<FusionMixerSpec>;

/** What a mixer takes beside its first input. */
export interface FusionMixerOptions {
  /** Columns of the image whose pixels the tokens are; needed by the forms of four directions. */
  readonly gridWidth: number;
  /** Second input [b, l, d]; needed by the forms that take one. */
  readonly second?: Tensor | undefined;
  /** Norm of each token of the first input. */
  readonly norm?: RowNormOptions;
  /** Norm of each token of the second input. */
  readonly secondNorm?: RowNormOptions;
  /** Adds the output to this tensor in place. */
  readonly into?: Tensor;
}

/**
 * The mixer: x [b, l, d] (and a second input of the same shape) → [b, l, d].
 *
 * @throws {TypeError} When the second input is missing where the form takes one, or given where it takes none.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, fusionMixer, fusionMixerConfig, fusionMixerWeights } from "@sidewinder/sidewinder/blocks";
 * import { initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = fusionMixerConfig("v7", 16), spec = fusionMixerWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const pixels = (value: number) => new Float32Array(6 * 8 * 16).fill(value); // [b, l, d]
 * const out = await runModel(device, function* (ops) {
 *   const second = ops.input(pixels(0.25), [1, 48, 16]);
 *   return fusionMixer(ops, weights, config, ops.input(pixels(0.5), [1, 48, 16]), { second, gridWidth: 8 });
 * });
 * console.log(out.length === 6 * 8 * 16); // true
 * ```
 */
export function fusionMixer(
  ops: Ops,
  w: FusionMixerWeights,
  c: FusionMixerConfig,
  x: Tensor,
  options: FusionMixerOptions,
): Tensor {
  const { inner: e, stateSize } = c, form = FORMS[c.type], { second, gridWidth } = options;
  if (form.second !== (second !== undefined)) {
    throw new TypeError(
      `Cannot run a FusionMamba mixer of type ${c.type} as a second input must ${
        form.second ? "" : "not "
      }be given: it is ${second ? "there" : "missing"}`,
    );
  }
  const orders = ORDERS.slice(0, form.directions), walk = form.own ? orders : orders.slice(0, 1);
  const first = ops.linear(x, w.in_proj.weight, { norm: options.norm }); // [b, l, 2e]
  const other = second && w.in_proj_b && ops.linear(second, w.in_proj_b.weight, { norm: options.secondNorm }); // [b, l, e]
  const raw = columns(first, 0, e), z = columns(form.gateFromSecond ? other! : first, e, e);
  const u = ops.causalConv1d(raw, w.conv, {
    bias: w.conv_bias,
    activation: "silu",
    orders: walk,
    gridWidth,
  }); // [b, l, walk·e]
  const projection = ops.linear(other ? columns(other, 0, e) : u, w.x_proj); // [b, l, walk·(r + 2n)]
  const shared = !form.own;
  const scan = (input: Tensor, constants: Tensor, directions: readonly ScanOrder[], into?: Tensor) =>
    ops.selectiveScan(input, projection, constants, {
      stateSize,
      orders: directions,
      gridWidth,
      z,
      sharedInput: shared,
      sharedProjection: shared,
      ...(into ? { into } : {}),
    });
  const y = w.scan_columns
    ? scan(raw, w.scan_columns, orders.slice(2), scan(u, w.scan, orders.slice(0, 2)))
    : scan(u, w.scan, orders); // [b, l, e]
  const epsilon = EPSILON * (c.divide ? form.directions ** 2 : 1); // norm(y/k) with ε is norm(y) with ε·k²
  const norm = w.norm ? { kind: "layer", ...w.norm, epsilon } as const : undefined;
  return ops.linear(y, w.out, { norm, ...(options.into ? { into: options.into } : {}) }); // [b, l, d]
}
