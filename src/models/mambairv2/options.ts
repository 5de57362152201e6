/**
 * MambaIRv2's options. `MambaIRv2Options` has the official constructors' names and defaults (csguoh/MambaIR `MambaIRv2` and
 * `MambaIRv2Light`); `MambaIRv2Config` is what they come down to.
 *
 * @module
 */
import { type FrameConfig, frameOf, headOf } from "../blocks/restoration_frame.ts";
import { checkAmount, checkCount, refuseUnknown, wrongOption } from "../options.ts";
import type { AttentiveLayerConfig } from "./attentive_layer.ts";

/** Constructor options that have a meaning at inference, official names and defaults, and two of ours. */
export interface MambaIRv2Options {
  /** 1 or 3; 3 by default. */
  readonly in_chans?: number;
  /** Channels of the features; 48 by default. */
  readonly embed_dim?: number;
  /** Layers of each group; four times 6 by default. */
  readonly depths?: readonly number[];
  /** Heads of the attention in each group; 4 by default. */
  readonly num_heads?: readonly number[];
  /** Side of a window; 16 by default. */
  readonly window_size?: number;
  /** States per channel of the scan; 8 by default. */
  readonly d_state?: number;
  /** Rank of the table of prompts; 32 by default. */
  readonly inner_rank?: number;
  /** Number of prompts; 64 by default. */
  readonly num_tokens?: number;
  /** Side of the convolution in the feed-forward nets; 5 by default. */
  readonly convffn_kernel_size?: number;
  /** Inner channels per channel, of the scan and of the feed-forward nets; 2 by default. */
  readonly mlp_ratio?: number;
  /** Whether the projection to q, k and v has a bias. */
  readonly qkv_bias?: boolean;
  /** Whether the features are normalised before the groups. */
  readonly patch_norm?: boolean;
  /** Sides of the result to those of the image, for the upsamplers; 2 by default. */
  readonly upscale?: number;
  /** What pixels in 0 … 1 are multiplied by inside. */
  readonly img_range?: number;
  /** `pixelshuffle`: classic super-resolution; `pixelshuffledirect`: light; empty: denoising and JPEG artefacts. */
  readonly upsampler?: "pixelshuffle" | "pixelshuffledirect" | "nearest+conv" | "" | null;
  /** Residual convolutions: one, or a bottleneck of three. */
  readonly resi_connection?: "1conv" | "3conv";
  /** No effect on numbers. */
  readonly img_size?: number | readonly [height: number, width: number];
  /** Only 1 has a meaning: tokens are pixels. */
  readonly patch_size?: number;
  /** Only false has a meaning: there is no position embedding. */
  readonly ape?: boolean;
  /** Training only. */
  readonly use_checkpoint?: boolean;
  /** Ours: `light` for the gated feed-forward nets of `MambaIRv2Light`. */
  readonly form?: "base" | "light";
  /**
   * Ours: how a pixel gets its prompt. `gumbel` (by default) draws it by the scores, as the official code does at inference
   * too, from a seed so that results repeat; `argmax` takes the one with the highest score, so that nothing is random.
   */
  readonly routing?: "gumbel" | "argmax";
  /** Ours: a whole number that decides all draws of `gumbel`; 0 by default. */
  readonly seed?: number;
}

/** A group of layers. */
export interface LayerGroup {
  readonly depth: number;
  readonly layer: AttentiveLayerConfig;
}

/** A MambaIRv2, resolved. */
export interface MambaIRv2Config {
  readonly frame: FrameConfig;
  readonly window: number;
  readonly groups: readonly LayerGroup[];
  /** Seed of the routing; undefined: the highest score decides. */
  readonly seed: number | undefined;
}

/** Every option with the value it has when nobody names one. */
export const MAMBAIRV2_DEFAULTS = {
  in_chans: 3,
  embed_dim: 48,
  depths: [6, 6, 6, 6] as readonly number[],
  num_heads: undefined as readonly number[] | undefined,
  window_size: 16,
  d_state: 8,
  inner_rank: 32,
  num_tokens: 64,
  convffn_kernel_size: 5,
  mlp_ratio: 2,
  qkv_bias: true,
  patch_norm: true,
  upscale: 2,
  img_range: 1,
  upsampler: "" as MambaIRv2Options["upsampler"],
  resi_connection: "1conv" as "1conv" | "3conv",
  patch_size: 1,
  ape: false,
  form: "base" as "base" | "light",
  routing: "gumbel" as "gumbel" | "argmax",
  seed: 0,
  // No effect on numbers, or no value of their own.
  img_size: undefined,
  use_checkpoint: undefined,
};

const times = (count: number, value: number): number[] => new Array<number>(count).fill(value);

const light = (upscale: number): MambaIRv2Options => ({
  form: "light",
  depths: times(4, 5),
  mlp_ratio: 1,
  upsampler: "pixelshuffledirect",
  upscale,
});
const base = (width: number, depths: readonly number[], heads: number): MambaIRv2Options => ({
  embed_dim: width,
  depths,
  num_heads: times(depths.length, heads),
  d_state: 16,
  inner_rank: 64,
  num_tokens: 128,
});
const classic = (of: MambaIRv2Options, upscale: number): MambaIRv2Options => ({
  ...of,
  upsampler: "pixelshuffle",
  upscale,
});
const SMALL = base(132, times(6, 4), 4), BASE = base(174, times(6, 6), 6), LARGE = base(174, times(9, 6), 6);

/** Name of a published variant. */
export type MambaIRv2Variant =
  | `mambairv2-${"light" | "small" | "base" | "large"}-x${2 | 3 | 4}`
  | "mambairv2-color-dn"
  | "mambairv2-gray-car";

/** Options of the published checkpoints by name. */
export const MAMBAIRV2_VARIANTS: Readonly<Record<MambaIRv2Variant, MambaIRv2Options>> = {
  "mambairv2-light-x2": light(2),
  "mambairv2-light-x3": light(3),
  "mambairv2-light-x4": light(4),
  "mambairv2-small-x2": classic(SMALL, 2),
  "mambairv2-small-x3": classic(SMALL, 3),
  "mambairv2-small-x4": classic(SMALL, 4),
  "mambairv2-base-x2": classic(BASE, 2),
  "mambairv2-base-x3": classic(BASE, 3),
  "mambairv2-base-x4": classic(BASE, 4),
  "mambairv2-large-x2": classic(LARGE, 2),
  "mambairv2-large-x3": classic(LARGE, 3),
  "mambairv2-large-x4": classic(LARGE, 4),
  "mambairv2-color-dn": { ...BASE, upscale: 1 },
  "mambairv2-gray-car": { ...BASE, upscale: 1, in_chans: 1 },
};

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 * @throws {RangeError} For a value that no net can have.
 *
 * @example
 * ```ts
 * const config = mambairv2Config({ form: "light", mlp_ratio: 1, upsampler: "pixelshuffledirect", routing: "argmax" });
 * ```
 */
export function mambairv2Config(options: MambaIRv2Options = {}): MambaIRv2Config {
  refuseUnknown("MambaIRv2", Object.keys(options), Object.keys(MAMBAIRV2_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof MAMBAIRV2_DEFAULTS = { ...MAMBAIRV2_DEFAULTS, ...given };
  checkKinds(o);
  const head = headOf("MambaIRv2", o.upsampler, ["pixelshuffle", "pixelshuffledirect", "nearest+conv", ""]);
  const inner = Math.floor(o.embed_dim * o.mlp_ratio);
  const layer = (heads: number): AttentiveLayerConfig => ({
    attention: { width: o.embed_dim, heads, window: o.window_size },
    stateSpace: {
      width: o.embed_dim,
      inner,
      stateSize: o.d_state,
      rank: Math.ceil(inner / 16),
      prompts: o.num_tokens,
      innerRank: o.inner_rank,
    },
    feedForward: { width: o.embed_dim, hidden: inner, size: o.convffn_kernel_size, form: o.form },
    qkvBias: o.qkv_bias,
  });
  return {
    frame: frameOf(o, o.in_chans, head),
    window: o.window_size,
    groups: o.depths.map((depth, g) => ({ depth, layer: layer(o.num_heads?.[g] ?? 4) })),
    seed: o.routing === "gumbel" ? o.seed : undefined,
  };
}

function checkKinds(o: typeof MAMBAIRV2_DEFAULTS): void {
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("MambaIRv2", name, wish, value);
  const counts = ["embed_dim", "d_state", "window_size", "inner_rank", "num_tokens", "convffn_kernel_size"] as const;
  for (const name of counts) checkCount("MambaIRv2", name, o[name]);
  for (const name of ["depths", "num_heads"] as const) {
    const list = o[name];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length === 0) wrong(name, "be a list of at least one number", list);
    list.forEach((count, i) => checkCount("MambaIRv2", `${name}[${i}]`, count));
  }
  if (o.num_heads && o.num_heads.length !== o.depths.length) {
    wrong("num_heads", `have as many numbers as depths, ${o.depths.length}`, o.num_heads);
  }
  for (const heads of o.num_heads ?? [4]) {
    if (o.embed_dim % heads !== 0) wrong("num_heads", `divide embed_dim ${o.embed_dim}`, o.num_heads ?? [4]);
  }
  if (o.embed_dim < 3) wrong("embed_dim", "be at least 3", o.embed_dim);
  if (o.in_chans !== 1 && o.in_chans !== 3) wrong("in_chans", "be 1 or 3", o.in_chans);
  if (o.patch_size !== 1) wrong("patch_size", "be 1", o.patch_size);
  if (o.ape !== false) wrong("ape", "be false", o.ape);
  if (o.convffn_kernel_size % 2 === 0) wrong("convffn_kernel_size", "be odd", o.convffn_kernel_size);
  const scales = o.upsampler === "pixelshuffle" ? [1, 2, 3, 4, 8] : o.upsampler === "nearest+conv" ? [4] : [1, 2, 3, 4];
  if (!scales.includes(o.upscale) && o.upsampler) wrong("upscale", `be one of ${scales.join(", ")}`, o.upscale);
  const hidden = Math.floor(o.mlp_ratio * o.embed_dim);
  if (!(o.mlp_ratio > 0) || hidden < 1) wrong("mlp_ratio", "give at least one inner channel", o.mlp_ratio);
  if (!["base", "light"].includes(o.form)) wrong("form", `be "base" or "light"`, o.form);
  if (o.form === "light" && hidden % 2 !== 0) wrong("mlp_ratio", "give an even number of channels", o.mlp_ratio);
  checkAmount("MambaIRv2", "img_range", o.img_range);
  for (const name of ["patch_norm", "qkv_bias"] as const) {
    if (typeof o[name] !== "boolean") wrong(name, "be true or false", o[name]);
  }
  if (!["1conv", "3conv"].includes(o.resi_connection)) {
    wrong("resi_connection", `be "1conv" or "3conv"`, o.resi_connection);
  }
  if (!["gumbel", "argmax"].includes(o.routing)) wrong("routing", `be "gumbel" or "argmax"`, o.routing);
  if (!Number.isSafeInteger(o.seed)) wrong("seed", "be a whole number", o.seed);
}
