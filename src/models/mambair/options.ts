/**
 * MambaIR's options. `MambaIROptions` has the official constructor's names and defaults (csguoh/MambaIR `MambaIR`);
 * `MambaIRConfig` is what they come down to.
 *
 * @module
 */
import { checkAmount, checkCount, refuseUnknown, wrongOption } from "../options.ts";
import { type FrameConfig, frameOf, headOf } from "../blocks/restoration_frame.ts";
import type { CabForm } from "../blocks/cab.ts";
import { type VssBlockConfig, vssBlockConfig } from "../blocks/vss_block.ts";

/** Constructor options of `MambaIR` that have a meaning at inference, official names and defaults. */
export interface MambaIROptions {
  /** 1 or 3; 3 by default. */
  readonly in_chans?: number;
  /** Channels of the features; 96 by default. */
  readonly embed_dim?: number;
  /** Blocks of each group; four times 6 by default. */
  readonly depths?: readonly number[];
  /** States per channel of the scan; 16 by default. */
  readonly d_state?: number;
  /** Inner width of the scan per channel (the official class hands it to the scan as `expand`). */
  readonly mlp_ratio?: number;
  /** Whether the features are normalised before the groups. */
  readonly patch_norm?: boolean;
  /** Sides of the result to those of the image, for the two upsamplers; 2 by default. */
  readonly upscale?: number;
  /** What pixels in 0 … 1 are multiplied by inside: 1 or 255. */
  readonly img_range?: number;
  /** `pixelshuffle`: classic super-resolution; `pixelshuffledirect`: light; empty: denoising and JPEG artefacts. */
  readonly upsampler?: "pixelshuffle" | "pixelshuffledirect" | "" | null;
  /** Residual convolutions: one, or a bottleneck of three. */
  readonly resi_connection?: "1conv" | "3conv";
  /** No effect on numbers. */
  readonly img_size?: number | readonly [height: number, width: number];
  /** Only 1 has a meaning: tokens are pixels. */
  readonly patch_size?: number;
  /** Training only. */
  readonly drop_rate?: number;
  /** Training only. */
  readonly drop_path_rate?: number;
  /** Training only. */
  readonly use_checkpoint?: boolean;
  /** Ours: which of the three light convolution blocks the weights have; the one since 2024-10 is 3. */
  readonly cab_generation?: 1 | 2 | 3;
}

/** A MambaIR, resolved. */
export interface MambaIRConfig {
  readonly frame: FrameConfig;
  readonly depths: readonly number[];
  readonly block: VssBlockConfig;
}

/** Every option with the value it has when nobody names one. */
export const MAMBAIR_DEFAULTS = {
  in_chans: 3,
  embed_dim: 96,
  depths: [6, 6, 6, 6] as readonly number[],
  d_state: 16,
  mlp_ratio: 2,
  patch_norm: true,
  upscale: 2,
  img_range: 1,
  upsampler: "" as MambaIROptions["upsampler"],
  resi_connection: "1conv" as "1conv" | "3conv",
  patch_size: 1,
  cab_generation: 3 as 1 | 2 | 3,
  // No effect on numbers, or no value of their own.
  img_size: undefined,
  drop_rate: undefined,
  drop_path_rate: undefined,
  use_checkpoint: undefined,
};

const SIX = [6, 6, 6, 6, 6, 6];
const classic = (upscale: number): MambaIROptions => ({
  embed_dim: 180,
  depths: SIX,
  upsampler: "pixelshuffle",
  upscale,
});
const light = (upscale: number): MambaIROptions => ({
  embed_dim: 60,
  d_state: 10,
  mlp_ratio: 1.2,
  upsampler: "pixelshuffledirect",
  upscale,
});
const earlier = (upscale: number, generation: 1 | 2): MambaIROptions => ({
  ...light(upscale),
  d_state: 16,
  mlp_ratio: generation === 1 ? 1.2 : 1.5,
  cab_generation: generation,
});
const residual = (in_chans: number): MambaIROptions => ({
  embed_dim: 180,
  depths: SIX,
  mlp_ratio: 1.2,
  upscale: 1,
  in_chans,
});

/** Name of a published variant. */
export type MambaIRVariant =
  | "mambair-classic-x2"
  | "mambair-classic-x3"
  | "mambair-classic-x4"
  | "mambair-light-x2"
  | "mambair-light-x3"
  | "mambair-light-x4"
  | "mambair-light-2024-02-x2"
  | "mambair-light-2024-02-x3"
  | "mambair-light-2024-02-x4"
  | "mambair-light-2024-03-x2"
  | "mambair-light-2024-03-x3"
  | "mambair-light-2024-03-x4"
  | "mambair-color-dn"
  | "mambair-gray-car";

/** Options of the published checkpoints by name. The real-world ×4 model has the form of `mambair-classic-x4`. */
export const MAMBAIR_VARIANTS: Readonly<Record<MambaIRVariant, MambaIROptions>> = {
  "mambair-classic-x2": classic(2),
  "mambair-classic-x3": classic(3),
  "mambair-classic-x4": classic(4),
  "mambair-light-x2": light(2),
  "mambair-light-x3": light(3),
  "mambair-light-x4": light(4),
  "mambair-light-2024-02-x2": earlier(2, 1),
  "mambair-light-2024-02-x3": earlier(3, 1),
  "mambair-light-2024-02-x4": earlier(4, 1),
  "mambair-light-2024-03-x2": earlier(2, 2),
  "mambair-light-2024-03-x3": earlier(3, 2),
  "mambair-light-2024-03-x4": earlier(4, 2),
  "mambair-color-dn": residual(3),
  "mambair-gray-car": residual(1),
};

const FORMS: Readonly<Record<1 | 2 | 3, CabForm>> = { 1: "light1", 2: "light2", 3: "light3" };

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 * @throws {RangeError} For a value that no net can have, such as fewer than 30 channels.
 *
 * @example
 * ```ts
 * const config = mambairConfig({ embed_dim: 60, d_state: 10, mlp_ratio: 1.2, upsampler: "pixelshuffledirect" });
 * ```
 */
export function mambairConfig(options: MambaIROptions = {}): MambaIRConfig {
  refuseUnknown("MambaIR", Object.keys(options), Object.keys(MAMBAIR_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof MAMBAIR_DEFAULTS = { ...MAMBAIR_DEFAULTS, ...given };
  checkKinds(o);
  const head = headOf("MambaIR", o.upsampler, ["pixelshuffle", "pixelshuffledirect", ""]);
  const block = vssBlockConfig(o.embed_dim, { d_state: o.d_state, expand: o.mlp_ratio });
  return {
    frame: frameOf(o, o.in_chans, head),
    depths: [...o.depths],
    block: { ...block, epsilon: 1e-5, cab: head === "direct" ? FORMS[o.cab_generation] : "classic" },
  };
}

function checkKinds(o: typeof MAMBAIR_DEFAULTS): void {
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("MambaIR", name, wish, value);
  for (const name of ["embed_dim", "d_state"] as const) checkCount("MambaIR", name, o[name]);
  if (o.in_chans !== 1 && o.in_chans !== 3) wrong("in_chans", "be 1 or 3", o.in_chans);
  if (o.patch_size !== 1) wrong("patch_size", "be 1", o.patch_size);
  if (!Array.isArray(o.depths) || o.depths.length === 0) wrong("depths", "be a list of at least one number", o.depths);
  o.depths.forEach((depth, i) => checkCount("MambaIR", `depths[${i}]`, depth));
  const scales = o.upsampler === "pixelshuffle" ? [1, 2, 3, 4, 8] : [1, 2, 3, 4, 5, 6, 7, 8];
  if (!scales.includes(o.upscale)) wrong("upscale", `be one of ${scales.join(", ")}`, o.upscale);
  if (!(o.mlp_ratio > 0) || Math.floor(o.mlp_ratio * o.embed_dim) < 1) {
    wrong("mlp_ratio", "give at least one inner channel", o.mlp_ratio);
  }
  checkAmount("MambaIR", "img_range", o.img_range);
  if (typeof o.patch_norm !== "boolean") wrong("patch_norm", "be true or false", o.patch_norm);
  if (!["1conv", "3conv"].includes(o.resi_connection)) {
    wrong("resi_connection", `be "1conv" or "3conv"`, o.resi_connection);
  }
  if (![1, 2, 3].includes(o.cab_generation)) wrong("cab_generation", "be 1, 2 or 3", o.cab_generation);
}
