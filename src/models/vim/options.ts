/**
 * Vision Mamba's options. `VimOptions` has the official constructor's names and defaults (hustvl/Vim `VisionMamba`);
 * `VimConfig` is what they come down to.
 *
 * @module
 */
import { type BimambaType, type MixerConfig, mixerConfig } from "../blocks/mamba.ts";
import { refuseUnknown, wrongOption } from "../options.ts";
import type { ClassToken, Grid, PosEmbedResize } from "../blocks/pos_embed.ts";

export type { ClassToken, Grid, PosEmbedResize } from "../blocks/pos_embed.ts";

/** Options of `ssm_cfg`. */
export interface SsmOptions {
  /** Taps of the causal convolution (4). */
  readonly d_conv?: number;
  /** Rank of the Δ projection (⌈embed_dim / 16⌉). */
  readonly dt_rank?: number | "auto";
  /** Inner width over embed_dim (2). */
  readonly expand?: number;
  /** Whether the convolution has a bias (true). */
  readonly conv_bias?: boolean;
  /** Whether the projections have a bias (false). */
  readonly bias?: boolean;
}

/** Constructor options of `VisionMamba` that have a meaning at inference, official names and defaults. */
export interface VimOptions {
  /** Side or sides of the image in pixels (224). */
  readonly img_size?: number | readonly [height: number, width: number];
  /** Side of a patch (16). */
  readonly patch_size?: number;
  /** Distance of patches (16). */
  readonly stride?: number;
  /** Number of layers (24). */
  readonly depth?: number;
  /** Width of the stream (192). */
  readonly embed_dim?: number;
  /** States per channel (16). */
  readonly d_state?: number;
  /** Channels of the image (3). */
  readonly channels?: number;
  /** Classes; 0: no head (1000). */
  readonly num_classes?: number;
  /** Options of the mixer. */
  readonly ssm_cfg?: SsmOptions | null;
  /** Added to the variance (1e-5). */
  readonly norm_epsilon?: number;
  /** RMSNorm instead of LayerNorm (true). */
  readonly rms_norm?: boolean;
  /** Grid side the rotary frequencies were made for (14). */
  readonly pt_hw_seq_len?: number;
  /** Layers in pairs, the second over the reversed sequence (false). */
  readonly if_bidirectional?: boolean;
  /** What is read without a class token: the last token, the mean, the maximum of the logits, all ("none"). */
  readonly final_pool_type?: "none" | "mean" | "max" | "all";
  /** Learned position embedding (true). */
  readonly if_abs_pos_embed?: boolean;
  /** Rotary embedding of h before every layer (false). */
  readonly if_rope?: boolean;
  /** … and of the residual (false). */
  readonly if_rope_residual?: boolean;
  /** How likely the sequence is reversed; the seed of a run decides. Above 1: always, at most 0: never (-1). */
  readonly flip_img_sequences_ratio?: number;
  /** Forces bimamba_type "v1" (false). */
  readonly if_bimamba?: boolean;
  /** Directions of the mixer ("v2"). */
  readonly bimamba_type?: BimambaType;
  /** Whether there is a class token (true). */
  readonly if_cls_token?: boolean;
  /** Halves the sum of both directions (true). */
  readonly if_divide_out?: boolean;
  /** The spelling before 2024-09. */
  readonly if_devide_out?: boolean;
  /** Any number: the mixers have a per-channel output factor (null). */
  readonly init_layer_scale?: number | null;
  /** Class tokens at both ends (false). */
  readonly use_double_cls_token?: boolean;
  /** The class token stands in the middle, else at the head (true). */
  readonly use_middle_cls_token?: boolean;
  /** No effect in f32: both forms of the residual are the same sum. */
  readonly fused_add_norm?: boolean;
  /** No effect in f32. */
  readonly residual_in_fp32?: boolean;
  /** Training only. */
  readonly drop_rate?: number;
  /** Training only. */
  readonly drop_path_rate?: number;
  /** Accepted and ignored, as in the official class. */
  readonly ft_seq_len?: number | null;
  /** Ours: image size the checkpoint's position embedding was made for, when it is another one. */
  readonly pos_embed_resized_from?: number | readonly [height: number, width: number];
  /** Ours: `correct` by default. */
  readonly resize_mode?: PosEmbedResize;
}

/** A Vision Mamba, resolved. */
export interface VimConfig {
  /** Sides of the image. */
  readonly imageSize: Grid;
  /** Patches down and across. */
  readonly grid: Grid;
  /** Side of a patch. */
  readonly patch: number;
  /** Distance of patches. */
  readonly stride: number;
  /** Number of layers. */
  readonly depth: number;
  /** Channels of the image. */
  readonly channels: number;
  /** 0: no head, the output is the features. */
  readonly classes: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rmsNorm: boolean;
  /** Added to the variance. */
  readonly epsilon: number;
  /** What is read without a class token. */
  readonly pool: "none" | "mean" | "max" | "all";
  /** Where class tokens stand. */
  readonly classToken: ClassToken;
  /** Whether there is a position embedding. */
  readonly posEmbed: boolean;
  /** Grid of the checkpoint's position embedding. */
  readonly posEmbedGrid: Grid;
  /** How the embedding of another grid is resized. */
  readonly posEmbedResize: PosEmbedResize;
  /** Rotary embedding of h before every layer. */
  readonly rope: boolean;
  /** … and of the residual. */
  readonly ropeResidual: boolean;
  /** Grid side the rotary frequencies were made for. */
  readonly ropePretrained: number;
  /** Layers in pairs, the second of each over the reversed sequence. */
  readonly paired: boolean;
  /** How likely the sequence is reversed once, after the position embedding; above 1 it always is, at most 0 it never is. */
  readonly flipRatio: number;
  /** The mixer of every layer. */
  readonly mixer: MixerConfig;
}

/** Every option with the value it has when nobody names one. */
export const VIM_DEFAULTS = {
  img_size: 224 as number | Grid,
  patch_size: 16,
  stride: 16,
  depth: 24,
  embed_dim: 192,
  d_state: 16,
  channels: 3,
  num_classes: 1000,
  ssm_cfg: {} as SsmOptions | null,
  norm_epsilon: 1e-5,
  rms_norm: true,
  pt_hw_seq_len: 14,
  if_bidirectional: false,
  final_pool_type: "none" as VimConfig["pool"],
  if_abs_pos_embed: true,
  if_rope: false,
  if_rope_residual: false,
  flip_img_sequences_ratio: -1,
  if_bimamba: false,
  bimamba_type: "v2" as BimambaType,
  if_cls_token: true,
  if_divide_out: true,
  init_layer_scale: null as number | null,
  use_double_cls_token: false,
  use_middle_cls_token: true,
  // No effect on numbers, or no value of their own.
  fused_add_norm: undefined,
  residual_in_fp32: undefined,
  drop_rate: undefined,
  drop_path_rate: undefined,
  ft_seq_len: undefined,
  if_devide_out: undefined,
  pos_embed_resized_from: undefined as number | Grid | undefined,
  resize_mode: undefined as PosEmbedResize | undefined,
};

const SSM_NAMES = ["d_conv", "dt_rank", "expand", "conv_bias", "bias"];

/** Names of all options. */
export const VIM_OPTION_NAMES: readonly string[] = Object.keys(VIM_DEFAULTS);

/** Options of the released checkpoints by name; all share the defaults but for these. */
export const VIM_VARIANTS = {
  "vim-tiny": { embed_dim: 192 },
  "vim-tiny-plus": { embed_dim: 192, stride: 8 },
  "vim-small": { embed_dim: 384 },
  "vim-small-plus": { embed_dim: 384, stride: 8 },
  "vim-base": { embed_dim: 768 },
} as const satisfies Record<string, VimOptions>;

/** Name of a released variant. */
export type VimVariant = keyof typeof VIM_VARIANTS;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 * @throws {RangeError} For a combination that has no meaning, such as rope over an odd number of patches.
 *
 * @example
 * ```ts
 * const config = vimConfig({ embed_dim: 384, stride: 8 });
 * ```
 */
export function vimConfig(options: VimOptions = {}): VimConfig {
  refuseUnknown("Vim", Object.keys(options), VIM_OPTION_NAMES);
  refuseUnknown("ssm_cfg of Vim", Object.keys(options.ssm_cfg ?? {}), SSM_NAMES);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof VIM_DEFAULTS = { ...VIM_DEFAULTS, ...given };
  const ssm = o.ssm_cfg ?? {};
  checkKinds(o, ssm);

  const imageSize = pair(o.img_size);
  const grid = gridOf(imageSize, o.patch_size, o.stride);
  const d = o.embed_dim;
  const config: VimConfig = {
    imageSize,
    grid,
    patch: o.patch_size,
    stride: o.stride,
    depth: o.depth,
    channels: o.channels,
    classes: Math.max(0, o.num_classes),
    rmsNorm: o.rms_norm,
    epsilon: o.norm_epsilon,
    pool: o.final_pool_type,
    classToken: !o.if_cls_token
      ? "none"
      : o.use_double_cls_token
      ? "double"
      : o.use_middle_cls_token
      ? "middle"
      : "head",
    posEmbed: o.if_abs_pos_embed,
    posEmbedGrid: options.pos_embed_resized_from === undefined
      ? grid
      : gridOf(pair(options.pos_embed_resized_from), o.patch_size, o.stride),
    posEmbedResize: options.resize_mode ?? "correct",
    rope: o.if_rope,
    ropeResidual: o.if_rope_residual,
    ropePretrained: o.pt_hw_seq_len,
    paired: o.if_bidirectional,
    flipRatio: o.flip_img_sequences_ratio,
    mixer: mixerConfig(d, {
      inner: Math.floor((ssm.expand ?? 2) * d),
      stateSize: o.d_state,
      rank: typeof ssm.dt_rank === "number" ? ssm.dt_rank : Math.ceil(d / 16),
      convWidth: ssm.d_conv ?? 4,
      bimamba: o.if_bimamba ? "v1" : o.bimamba_type,
      divide: options.if_devide_out ?? o.if_divide_out,
      layerScale: o.init_layer_scale !== null,
      convBias: ssm.conv_bias ?? true,
      bias: ssm.bias ?? false,
    }),
  };
  checkMeaning(config);
  return config;
}

/** Number of class tokens. */
export function classTokens(c: VimConfig): number {
  return c.classToken === "none" ? 0 : c.classToken === "double" ? 2 : 1;
}

/** Longest side of an image: beyond it lies no photo, and a plan would never end. */
const MAX_SIDE = 16_384;

const pair = (size: number | Grid): Grid => typeof size === "number" ? [size, size] : size;

function gridOf([height, width]: Grid, patch: number, stride: number): Grid {
  if (height < patch || width < patch) {
    throw new RangeError(
      `Cannot configure Vim as img_size must be at least patch_size ${patch}: current value is ${height} × ${width}`,
    );
  }
  return [Math.floor((height - patch) / stride) + 1, Math.floor((width - patch) / stride) + 1];
}

/** Values of options that have few. */
const AMONG = {
  bimamba_type: ["none", "v1", "v2"],
  final_pool_type: ["none", "mean", "max", "all"],
  resize_mode: ["correct", "faithful"],
  if_devide_out: [true, false],
};

function checkKinds(o: typeof VIM_DEFAULTS, ssm: SsmOptions): void {
  const counts: Record<string, unknown> = {
    ...{ patch_size: o.patch_size, stride: o.stride, depth: o.depth, embed_dim: o.embed_dim, d_state: o.d_state },
    ...{ channels: o.channels, pt_hw_seq_len: o.pt_hw_seq_len, d_conv: ssm.d_conv ?? 4 },
    ...(typeof ssm.dt_rank === "number" ? { dt_rank: ssm.dt_rank } : {}),
  };
  for (const name of ["img_size", "pos_embed_resized_from"] as const) {
    const size = o[name];
    if (size !== undefined && typeof size !== "number" && !(Array.isArray(size) && size.length === 2)) {
      wrong(name, "be a number or two", size);
    }
    pair(size ?? 1).forEach((side, i) => counts[`${name}[${i}]`] = side);
  }
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value as number < 1) wrong(name, "be a whole number of at least 1", value);
  }
  for (const [name, value] of Object.entries(o)) {
    if (typeof VIM_DEFAULTS[name as keyof typeof VIM_DEFAULTS] === "boolean" && typeof value !== "boolean") {
      wrong(name, "be true or false", value);
    }
  }
  if (!Number.isFinite(o.flip_img_sequences_ratio)) {
    wrong("flip_img_sequences_ratio", "be a number", o.flip_img_sequences_ratio);
  }
  if (Math.max(...pair(o.img_size)) > MAX_SIDE) wrong("img_size", `be at most ${MAX_SIDE}`, o.img_size);
  if (!Number.isInteger(o.num_classes)) wrong("num_classes", "be a whole number", o.num_classes);
  if (!Number.isFinite(o.norm_epsilon) || o.norm_epsilon < 0) {
    wrong("norm_epsilon", "be a number of at least 0", o.norm_epsilon);
  }
  if (!(Number(ssm.expand ?? 2) > 0)) wrong("expand", "be a number above 0", ssm.expand);
  for (const [name, values] of Object.entries(AMONG) as [keyof typeof AMONG, readonly unknown[]][]) {
    if (o[name] !== undefined && !values.includes(o[name])) wrong(name, `be one of ${values.join(", ")}`, o[name]);
  }
}

const wrong: (name: string, wish: string, value: unknown) => never = (...told) => wrongOption("Vim", ...told);

function checkMeaning(c: VimConfig): void {
  if (!c.rope) return;
  const [rows, columns] = c.grid;
  if (rows !== columns || rows * columns % 2 !== 0 || c.stride !== c.patch || classTokens(c) > 1 || c.mixer.width % 4) {
    throw new RangeError(
      "Cannot configure Vim as if_rope must have a square grid with an even number of patches, stride equal to " +
        `patch_size, at most one class token and an embed_dim that 4 divides: current grid is ${rows} × ${columns}, ` +
        `stride ${c.stride}, patch_size ${c.patch}, ${classTokens(c)} class tokens, embed_dim ${c.mixer.width}`,
    );
  }
}
