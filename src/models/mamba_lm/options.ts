/**
 * Mamba language models' options. `MambaLmOptions` has the names and defaults of the official `MambaConfig`
 * (state-spaces/mamba); `MambaLmConfig` is what they come down to.
 *
 * @module
 */
import { type MixerConfig, mixerConfig } from "../blocks/mamba.ts";

/** Options of `MambaConfig` that have a meaning at inference, official names and defaults. */
export interface MambaLmOptions {
  /** Width of the stream (2560). */
  readonly d_model?: number;
  /** Number of layers (64). */
  readonly n_layer?: number;
  /** Words known to the tokenizer (50277). */
  readonly vocab_size?: number;
  /** The vocabulary is padded to a multiple of this (8). */
  readonly pad_vocab_size_multiple?: number;
  /** Options of the mixer. */
  readonly ssm_cfg?: {
    /** States per channel (16). */
    readonly d_state?: number;
    /** Taps of the causal convolution (4). */
    readonly d_conv?: number;
    /** Inner width over d_model (2). */
    readonly expand?: number;
    /** Rank of the Δ projection (⌈d_model / 16⌉). */
    readonly dt_rank?: number | "auto";
    /** Whether the convolution has a bias (true). */
    readonly conv_bias?: boolean;
    /** Whether the projections have a bias (false). */
    readonly bias?: boolean;
  };
  /** RMSNorm instead of LayerNorm (true). */
  readonly rms_norm?: boolean;
  /** Whether the head is the embedding (true). */
  readonly tie_embeddings?: boolean;
}

/** A Mamba language model, resolved. */
export interface MambaLmConfig {
  /** Number of layers. */
  readonly layers: number;
  /** Rows of the embedding: the padded vocabulary. */
  readonly vocabulary: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rmsNorm: boolean;
  /** Added to the variance. */
  readonly epsilon: number;
  /** Whether the head is the embedding. */
  readonly tied: boolean;
  /** The mixer of every layer. */
  readonly mixer: MixerConfig;
}

/** Every option with the value it has when nobody names one. */
export const MAMBA_LM_DEFAULTS = {
  d_model: 2560,
  n_layer: 64,
  vocab_size: 50277,
  pad_vocab_size_multiple: 8,
  ssm_cfg: { d_state: 16, d_conv: 4, expand: 2, dt_rank: "auto", conv_bias: true, bias: false },
  rms_norm: true,
  tie_embeddings: true,
} as const satisfies Required<MambaLmOptions>;

/** Options of the released checkpoints by name. */
export const MAMBA_LM_VARIANTS = {
  "mamba-130m": { d_model: 768, n_layer: 24 },
  "mamba-370m": { d_model: 1024, n_layer: 48 },
  "mamba-790m": { d_model: 1536, n_layer: 48 },
  "mamba-1.4b": { d_model: 2048, n_layer: 48 },
  "mamba-2.8b": { d_model: 2560, n_layer: 64 },
} as const satisfies Record<string, MambaLmOptions>;

/** Name of a released variant. */
export type MambaLmVariant = keyof typeof MAMBA_LM_VARIANTS;

/**
 * Resolves options.
 *
 * @throws {RangeError} When a size is no whole number of at least 1.
 *
 * @example
 * ```ts
 * import { MAMBA_LM_VARIANTS, mambaLmConfig } from "@sidewinder/sidewinder/kernels";
 *
 * console.log(mambaLmConfig(MAMBA_LM_VARIANTS["mamba-130m"]).vocabulary); // 50280
 * ```
 */
export function mambaLmConfig(options: MambaLmOptions = {}): MambaLmConfig {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: Required<MambaLmOptions> = { ...MAMBA_LM_DEFAULTS, ...given };
  const { d_model: width, n_layer, vocab_size, pad_vocab_size_multiple } = o;
  const { d_state, d_conv, expand, dt_rank, conv_bias, bias } = { ...MAMBA_LM_DEFAULTS.ssm_cfg, ...o.ssm_cfg };
  const counts = { d_model: width, n_layer, vocab_size, pad_vocab_size_multiple, d_state, d_conv };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot configure Mamba as ${name} must be a whole number of at least 1: current value is ${value}`,
      );
    }
  }
  return {
    layers: n_layer,
    vocabulary: Math.ceil(vocab_size / pad_vocab_size_multiple) * pad_vocab_size_multiple,
    rmsNorm: o.rms_norm,
    epsilon: 1e-5,
    tied: o.tie_embeddings,
    mixer: mixerConfig(width, {
      inner: Math.floor(expand * width),
      stateSize: d_state,
      rank: dt_rank === "auto" ? Math.ceil(width / 16) : dt_rank,
      convWidth: d_conv,
      convBias: conv_bias,
      bias,
    }),
  };
}
