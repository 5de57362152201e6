/**
 * MambaOut's options. `MambaOutOptions` has the official constructor's names (yuweihao/MambaOut `MambaOut`).
 *
 * @module
 */
import { type GatedCnnConfig, gatedCnnConfig } from "../blocks/gated_cnn.ts";
import { checkCount, refuseUnknown, wrongOption } from "../options.ts";

/** Constructor options of `MambaOut` that have a meaning at inference, official names. */
export interface MambaOutOptions {
  /** Blocks of each stage; 3, 3, 9, 3 by default. */
  readonly depths?: readonly number[];
  /** Channels of each stage; 96, 192, 384, 576 by default. */
  readonly dims?: readonly number[];
  /** Channels of the image; 3 by default. */
  readonly in_chans?: number;
  /** Number of classes; 1000 by default. */
  readonly num_classes?: number;
  /** Hidden channels per channel; 8/3 by default. */
  readonly expansion_ratio?: number;
  /** Convolved channels per channel; 1 by default. */
  readonly conv_ratio?: number;
  /** Side of the convolutions; 7 by default. */
  readonly kernel_size?: number;
  /** Ours: side of the image that `classify` gives the net; 224 by default. The net itself takes any. */
  readonly img_size?: number;
}

/** A MambaOut, resolved. */
export interface MambaOutConfig {
  readonly channels: number;
  readonly classes: number;
  readonly side: number;
  readonly depths: readonly number[];
  readonly blocks: readonly GatedCnnConfig[];
}

/** Every option with the value it has when nobody names one. */
export const MAMBAOUT_DEFAULTS = {
  depths: [3, 3, 9, 3] as readonly number[],
  dims: [96, 192, 384, 576] as readonly number[],
  in_chans: 3,
  num_classes: 1000,
  expansion_ratio: 8 / 3,
  conv_ratio: 1,
  kernel_size: 7,
  img_size: 224,
};

/** Name of a released variant. */
export type MambaOutVariant =
  | "mambaout-femto"
  | "mambaout-kobe"
  | "mambaout-tiny"
  | "mambaout-small"
  | "mambaout-base";

/** Options of the released checkpoints by name. */
export const MAMBAOUT_VARIANTS: Readonly<Record<MambaOutVariant, MambaOutOptions>> = {
  "mambaout-femto": { dims: [48, 96, 192, 288] },
  "mambaout-kobe": { dims: [48, 96, 192, 288], depths: [3, 3, 15, 3] },
  "mambaout-tiny": {},
  "mambaout-small": { depths: [3, 4, 27, 3] },
  "mambaout-base": { dims: [128, 256, 512, 768], depths: [3, 4, 27, 3] },
};

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function mambaoutConfig(options: MambaOutOptions = {}): MambaOutConfig {
  refuseUnknown("MambaOut", Object.keys(options), Object.keys(MAMBAOUT_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof MAMBAOUT_DEFAULTS = { ...MAMBAOUT_DEFAULTS, ...given };
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("MambaOut", name, wish, value);
  if (!Array.isArray(o.depths) || o.depths.length === 0) wrong("depths", "be a list of at least one number", o.depths);
  if (!Array.isArray(o.dims) || o.dims.length !== o.depths.length) {
    wrong("dims", `be a list of ${o.depths.length} numbers`, o.dims);
  }
  for (const name of ["in_chans", "kernel_size", "img_size"] as const) checkCount("MambaOut", name, o[name]);
  for (const [name, list] of Object.entries({ depths: o.depths, dims: o.dims })) {
    list.forEach((value, s) => checkCount("MambaOut", `${name}[${s}]`, value));
  }
  if (!Number.isInteger(o.num_classes) || o.num_classes < 0) wrong("num_classes", "be a whole number", o.num_classes);
  if (o.kernel_size % 2 === 0) wrong("kernel_size", "be odd", o.kernel_size);
  if (!(o.conv_ratio > 0 && o.conv_ratio <= o.expansion_ratio)) {
    wrong("conv_ratio", `lie above 0 and not above expansion_ratio ${o.expansion_ratio}`, o.conv_ratio);
  }
  return {
    channels: o.in_chans,
    classes: o.num_classes,
    side: o.img_size,
    depths: [...o.depths],
    blocks: o.dims.map((d) =>
      gatedCnnConfig(d, {
        hidden: Math.floor(o.expansion_ratio * d),
        convolved: Math.floor(o.conv_ratio * d),
        kernel: o.kernel_size,
      })
    ),
  };
}
