/**
 * DVMSR's options. `DvmsrOptions` has the official constructor's names and defaults (nathan66666/DVMSR `DVMSR`);
 * `DvmsrConfig` is what they come down to.
 *
 * @module
 */
import { type MixerConfig, mixerConfig } from "../blocks/mamba.ts";
import { type FrameConfig, frameOf, headOf } from "../blocks/restoration_frame.ts";
import { checkAmount, checkCount, refuseUnknown, wrongOption } from "../options.ts";

/** Constructor options of `DVMSR` that have a meaning at inference, official names and defaults. */
export interface DvmsrOptions {
  /** Blocks of each group; four times 2 by default. */
  readonly depths?: readonly number[];
  /** Channels of the features; 60 by default. */
  readonly embed_dim?: number;
  /** Channels of the image, 1 or 3; 3 by default. */
  readonly channels?: number;
  /** Shape of the mixers where it is not the default. */
  readonly ssm_cfg?: {
    readonly d_state?: number;
    readonly d_conv?: number;
    readonly expand?: number;
    readonly dt_rank?: number | "auto";
  } | null;
  /** Added to the variance; 1e-5 by default. */
  readonly norm_epsilon?: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rms_norm?: boolean;
  /** Whether the features are normalised before the groups. */
  readonly patch_norm?: boolean;
  /** Sides of the result to those of the image; 4 by default. */
  readonly upscale?: number;
  /** What pixels in 0 … 1 are multiplied by inside: 1 or 255. */
  readonly img_range?: number;
  /** How the image is made, as in MambaIR; `pixelshuffledirect` by default. */
  readonly upsampler?: "pixelshuffle" | "pixelshuffledirect" | "" | null;
  /** Residual convolutions: one, or a bottleneck of three. */
  readonly resi_connection?: "1conv" | "3conv";
  /** No effect on numbers. */
  readonly img_size?: number;
  /** Blocks without their norm, which the official code leaves out of this form; its weights are there. */
  readonly fused_add_norm?: boolean;
  /** No effect in f32. */
  readonly residual_in_fp32?: boolean;
  /** Training only. */
  readonly drop_rate?: number;
  /** Training only. */
  readonly drop_path_rate?: number;
}

/** A DVMSR, resolved. */
export interface DvmsrConfig {
  readonly frame: FrameConfig;
  readonly depths: readonly number[];
  readonly mixer: MixerConfig;
  readonly rmsNorm: boolean;
  readonly epsilon: number;
  /** Whether blocks normalise. */
  readonly blockNorm: boolean;
}

/** Every option with the value it has when nobody names one. */
export const DVMSR_DEFAULTS = {
  depths: [2, 2, 2, 2] as readonly number[],
  embed_dim: 60,
  channels: 3,
  ssm_cfg: {} as DvmsrOptions["ssm_cfg"],
  norm_epsilon: 1e-5,
  rms_norm: false,
  patch_norm: true,
  upscale: 4,
  img_range: 1,
  upsampler: "pixelshuffledirect" as DvmsrOptions["upsampler"],
  resi_connection: "1conv" as "1conv" | "3conv",
  fused_add_norm: false,
  // No effect on numbers.
  img_size: undefined,
  residual_in_fp32: undefined,
  drop_rate: undefined,
  drop_path_rate: undefined,
};

const SSM_NAMES = ["d_state", "d_conv", "expand", "dt_rank"];

/** Options of the published checkpoint by name. */
export const DVMSR_VARIANTS = { "dvmsr-x4": {} } as const satisfies Record<string, DvmsrOptions>;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function dvmsrConfig(options: DvmsrOptions = {}): DvmsrConfig {
  refuseUnknown("DVMSR", Object.keys(options), Object.keys(DVMSR_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof DVMSR_DEFAULTS = { ...DVMSR_DEFAULTS, ...given };
  const ssm = o.ssm_cfg ?? {};
  refuseUnknown("DVMSR", Object.keys(ssm), SSM_NAMES);
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("DVMSR", name, wish, value);
  for (const name of ["embed_dim", "upscale"] as const) checkCount("DVMSR", name, o[name]);
  for (const name of ["img_range", "norm_epsilon"] as const) checkAmount("DVMSR", name, o[name]);
  for (const name of ["rms_norm", "patch_norm", "fused_add_norm"] as const) {
    if (typeof o[name] !== "boolean") wrong(name, "be true or false", o[name]);
  }
  if (!["1conv", "3conv"].includes(o.resi_connection)) {
    wrong("resi_connection", `be "1conv" or "3conv"`, o.resi_connection);
  }
  if (!Array.isArray(o.depths) || o.depths.length === 0) wrong("depths", "be a list of at least one number", o.depths);
  o.depths.forEach((depth, i) => checkCount("DVMSR", `depths[${i}]`, depth));
  if (o.channels !== 1 && o.channels !== 3) wrong("channels", "be 1 or 3", o.channels);
  const head = headOf("DVMSR", o.upsampler, ["pixelshuffle", "pixelshuffledirect", ""]);
  if (head === "shuffle" && ![1, 2, 3, 4, 8].includes(o.upscale)) wrong("upscale", "be 1, 2, 3, 4 or 8", o.upscale);
  return {
    frame: frameOf(o, o.channels, head),
    depths: [...o.depths],
    mixer: mixerConfig(o.embed_dim, {
      inner: Math.floor((ssm.expand ?? 2) * o.embed_dim),
      stateSize: ssm.d_state ?? 16,
      convWidth: ssm.d_conv ?? 4,
      rank: typeof ssm.dt_rank === "number" ? ssm.dt_rank : Math.ceil(o.embed_dim / 16),
    }),
    rmsNorm: o.rms_norm,
    epsilon: o.norm_epsilon,
    blockNorm: !o.fused_add_norm,
  };
}
