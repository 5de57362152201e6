/**
 * The options of MambaIR's U-Net. `MambaIRUNetOptions` has the official constructor's names and defaults (csguoh/MambaIR
 * `MambaIRUNet`); `MambaIRUNetConfig` is what they come down to.
 *
 * @module
 */
import { type VssBlockConfig, vssBlockConfig } from "../blocks/vss_block.ts";
import { checkCount, refuseUnknown, wrongOption } from "../options.ts";

/** Constructor options of `MambaIRUNet` that have a meaning at inference, official names and defaults. */
export interface MambaIRUNetOptions {
  /** Channels of the image; 3 by default. */
  readonly inp_channels?: number;
  /** Channels of the result; 3 by default. */
  readonly out_channels?: number;
  /** Channels of the first level; 48 by default. */
  readonly dim?: number;
  /** Blocks of the four levels; 4, 6, 6, 8 by default. */
  readonly num_blocks?: readonly number[];
  /** Inner width of the scan per channel; 2 by default, 1.5 in the released net. */
  readonly mlp_ratio?: number;
  /** Blocks after the decoder; 4 by default. */
  readonly num_refinement_blocks?: number;
  /** Whether the convolutions that join and the last one have a bias. */
  readonly bias?: boolean;
  /** Defocus deblurring of dual-pixel pairs: six channels in, three out, no input added. */
  readonly dual_pixel_task?: boolean;
  /** Training only. */
  readonly drop_path_rate?: number;
  /** Ours: states per channel at the four levels; 16 at all of them since 2024-03, 4, 8, 16, 32 before. */
  readonly d_states?: readonly number[];
}

/** A MambaIRUNet, resolved. Level 0 is at full size; its decoder is twice as wide as its encoder. */
export interface MambaIRUNetConfig {
  readonly channels: number;
  readonly outChannels: number;
  readonly width: number;
  readonly depths: readonly number[];
  readonly refinement: number;
  readonly bias: boolean;
  readonly dualPixel: boolean;
  /** Encoder blocks by level, the last one the latent's. */
  readonly encoder: readonly VssBlockConfig[];
  /** Decoder blocks by level. */
  readonly decoder: readonly VssBlockConfig[];
}

/** Every option with the value it has when nobody names one. */
export const MAMBAIR_UNET_DEFAULTS = {
  inp_channels: 3,
  out_channels: 3,
  dim: 48,
  num_blocks: [4, 6, 6, 8] as readonly number[],
  mlp_ratio: 2,
  num_refinement_blocks: 4,
  bias: false,
  dual_pixel_task: false,
  d_states: [16, 16, 16, 16] as readonly number[],
  // No effect on numbers.
  drop_path_rate: undefined,
};

/** Options of the published checkpoints by name. */
export const MAMBAIR_UNET_VARIANTS = {
  "mambair-real-dn": { mlp_ratio: 1.5 },
} as const satisfies Record<string, MambaIRUNetOptions>;

/** Sides must be multiples of this. */
export const UNET_MULTIPLE = 8;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 * @throws {RangeError} When `dim` is below 30.
 */
export function mambairUNetConfig(options: MambaIRUNetOptions = {}): MambaIRUNetConfig {
  refuseUnknown("MambaIRUNet", Object.keys(options), Object.keys(MAMBAIR_UNET_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof MAMBAIR_UNET_DEFAULTS = { ...MAMBAIR_UNET_DEFAULTS, ...given };
  for (const name of ["inp_channels", "out_channels", "dim", "num_refinement_blocks"] as const) {
    checkCount("MambaIRUNet", name, o[name]);
  }
  for (const name of ["num_blocks", "d_states"] as const) {
    if (!Array.isArray(o[name]) || o[name].length !== 4) {
      wrongOption("MambaIRUNet", name, "be a list of four numbers", o[name]);
    }
    o[name].forEach((value, i) => checkCount("MambaIRUNet", `${name}[${i}]`, value));
  }
  if (!(o.mlp_ratio > 0)) wrongOption("MambaIRUNet", "mlp_ratio", "be a number above 0", o.mlp_ratio);
  if (!o.dual_pixel_task && o.inp_channels !== o.out_channels) {
    wrongOption("MambaIRUNet", "out_channels", "be inp_channels, as the input is added", o.out_channels);
  }
  const block = (level: number, wider = level): VssBlockConfig => ({
    ...vssBlockConfig(o.dim * 2 ** wider, { d_state: o.d_states[wider]!, expand: o.mlp_ratio }),
    epsilon: 1e-5,
  });
  return {
    channels: o.inp_channels,
    outChannels: o.out_channels,
    width: o.dim,
    depths: [...o.num_blocks],
    refinement: o.num_refinement_blocks,
    bias: o.bias,
    dualPixel: o.dual_pixel_task,
    encoder: [0, 1, 2, 3].map((level) => block(level)),
    decoder: [block(0, 1), block(1), block(2)],
  };
}
