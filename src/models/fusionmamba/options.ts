/**
 * Options of FusionMamba's `U2Net`, resolved to a configuration.
 *
 * @module
 */
import { checkCount, refuseUnknown, wrongOption } from "../options.ts";
import { type FusionBlockConfig, fusionBlockConfig } from "../blocks/fusion_block.ts";
import { type FusionMixerConfig, fusionMixerConfig } from "../blocks/fusion_mixer.ts";

/** Constructor options of `U2Net`, official names and defaults. */
export interface FusionMambaOptions {
  /** Channels at full size; 32 by default. */
  readonly dim?: number;
  /** Channels of the sharp image; 1 by default. */
  readonly pan_dim?: number;
  /** Bands of the low-resolution image; 8 by default. */
  readonly ms_dim?: number;
  /** Rows of the tiles it was trained on. Any multiple of 4 runs. */
  readonly H?: number;
  /** Columns of the tiles it was trained on. */
  readonly W?: number;
  /** How many times larger the sides of the sharp image are; 4 by default. */
  readonly scale?: number;
}

/** A U2Net, resolved. */
export interface FusionMambaConfig {
  readonly width: number;
  readonly panChannels: number;
  readonly bands: number;
  readonly scale: number;
  /** Blocks at full, half and quarter size; the decoder uses them backwards. */
  readonly stages: readonly [full: FusionBlockConfig, half: FusionBlockConfig, quarter: FusionBlockConfig];
  /** Mixer over the bands. */
  readonly spectral: FusionMixerConfig;
}

/** Defaults of the official class. */
export const FUSIONMAMBA_DEFAULTS = {
  dim: 32,
  pan_dim: 1,
  ms_dim: 8,
  H: 64,
  W: 64,
  scale: 4,
} as const satisfies Required<
  FusionMambaOptions
>;

/** Options of the published checkpoint by name. */
export const FUSIONMAMBA_VARIANTS = { "fusionmamba-wv3": {} } as const satisfies Record<string, FusionMambaOptions>;

/** Sides of the sharp image must be multiples of this: it is halved twice. */
export const FUSIONMAMBA_MULTIPLE = 4;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function fusionMambaConfig(options: FusionMambaOptions = {}): FusionMambaConfig {
  refuseUnknown("FusionMamba", Object.keys(options), Object.keys(FUSIONMAMBA_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: Required<FusionMambaOptions> = { ...FUSIONMAMBA_DEFAULTS, ...given };
  for (const name of ["dim", "pan_dim", "ms_dim", "H", "W", "scale"] as const) checkCount("FusionMamba", name, o[name]);
  if (o.scale < 2) wrongOption("FusionMamba", "scale", "be at least 2", o.scale);
  const { dim } = o;
  return {
    width: dim,
    panChannels: o.pan_dim,
    bands: o.ms_dim,
    scale: o.scale,
    stages: [fusionBlockConfig(dim), fusionBlockConfig(2 * dim), fusionBlockConfig(4 * dim)],
    spectral: fusionMixerConfig("v2", dim),
  };
}
