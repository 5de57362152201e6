/**
 * VMamba's options. `VMambaOptions` has the official constructor's names (MzeroMiko/VMamba `VSSM`); `VMambaConfig` is what
 * they come down to.
 *
 * @module
 */
import type { Ss2dConfig } from "../blocks/ss2d.ts";
import { checkCount, refuseUnknown, wrongOption } from "../options.ts";

/** Constructor options of `VSSM` that have a meaning at inference, official names. */
export interface VMambaOptions {
  /** Blocks of each stage. */
  readonly depths?: readonly number[];
  /** Channels of each stage, or of the first: the others double. */
  readonly dims?: number | readonly number[];
  /** Channels of the image; 3 by default. */
  readonly in_chans?: number;
  /** Number of classes; 1000 by default. */
  readonly num_classes?: number;
  /** States per channel. */
  readonly ssm_d_state?: number;
  /** Inner width of the scan per channel. */
  readonly ssm_ratio?: number;
  /** Whether the convolution before the scan has a bias; true by default. */
  readonly ssm_conv_bias?: boolean;
  /** `v0`: gated scan (the first release); `v05_noz`: without gate (the second). */
  readonly forward_type?: "v0" | "v05_noz";
  /** Hidden width of the MLP per channel; 0: none. */
  readonly mlp_ratio?: number;
  /** `v1`: 4 × 4 patches; `v2`: two convolutions. */
  readonly patchembed_version?: "v1" | "v2";
  /** `v1`: patch merging; `v3`: a convolution. */
  readonly downsample_version?: "v1" | "v3";
  /** Side of the image that `classify` gives the net; 224 by default. The net itself takes any. */
  readonly imgsize?: number;
  /** No effect on numbers: where the official code keeps its channels. */
  readonly norm_layer?: "ln" | "ln2d";
}

/** One stage, resolved. */
export interface VMambaStage {
  readonly depth: number;
  readonly op: Ss2dConfig;
  /** Hidden width of the MLP; 0: none. */
  readonly hidden: number;
}

/** A VMamba, resolved. */
export interface VMambaConfig {
  readonly channels: number;
  readonly classes: number;
  readonly side: number;
  readonly patchEmbed: "v1" | "v2";
  readonly downsample: "v1" | "v3";
  readonly stages: readonly VMambaStage[];
}

/** Every option with the value it has when nobody names one. */
export const VMAMBA_DEFAULTS = {
  depths: [2, 2, 8, 2] as readonly number[],
  dims: 96 as number | readonly number[],
  in_chans: 3,
  num_classes: 1000,
  ssm_d_state: 1,
  ssm_ratio: 1,
  ssm_conv_bias: true,
  forward_type: "v05_noz" as "v0" | "v05_noz",
  mlp_ratio: 4,
  patchembed_version: "v2" as "v1" | "v2",
  downsample_version: "v3" as "v1" | "v3",
  imgsize: 224,
  norm_layer: "ln2d" as "ln" | "ln2d",
};

const first = (dims: number, depth: number): VMambaOptions => ({
  dims,
  depths: [2, 2, depth, 2],
  forward_type: "v0",
  ssm_d_state: 16,
  ssm_ratio: 2,
  mlp_ratio: 0,
  patchembed_version: "v1",
  downsample_version: "v1",
});
const second = (dims: number, depth: number, ssm_ratio: number): VMambaOptions => ({
  dims,
  depths: [2, 2, depth, 2],
  ssm_ratio,
  ssm_conv_bias: false,
});

/** Name of a released variant. */
export type VMambaVariant =
  | "vmamba-v0-tiny"
  | "vmamba-v0-small"
  | "vmamba-v0-base"
  | "vmamba-tiny-s2l5"
  | "vmamba-small-s2l15"
  | "vmamba-base-s2l15"
  | "vmamba-tiny-s1l8"
  | "vmamba-small-s1l20"
  | "vmamba-base-s1l20";

/** Options of the released checkpoints by name. */
export const VMAMBA_VARIANTS: Readonly<Record<VMambaVariant, VMambaOptions>> = {
  "vmamba-v0-tiny": first(96, 9),
  "vmamba-v0-small": first(96, 27),
  "vmamba-v0-base": first(128, 27),
  "vmamba-tiny-s2l5": second(96, 5, 2),
  "vmamba-small-s2l15": second(96, 15, 2),
  "vmamba-base-s2l15": second(128, 15, 2),
  "vmamba-tiny-s1l8": second(96, 8, 1),
  "vmamba-small-s1l20": second(96, 20, 1),
  "vmamba-base-s1l20": second(128, 20, 1),
};

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function vmambaConfig(options: VMambaOptions = {}): VMambaConfig {
  refuseUnknown("VMamba", Object.keys(options), Object.keys(VMAMBA_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof VMAMBA_DEFAULTS = { ...VMAMBA_DEFAULTS, ...given };
  checkKinds(o);
  const { dims } = o, widths = typeof dims === "number" ? o.depths.map((_, s) => dims * 2 ** s) : dims;
  return {
    channels: o.in_chans,
    classes: o.num_classes,
    side: o.imgsize,
    patchEmbed: o.patchembed_version,
    downsample: o.downsample_version,
    stages: o.depths.map((depth, s) => {
      const width = widths[s]!;
      return {
        depth,
        op: {
          width,
          inner: Math.floor(o.ssm_ratio * width),
          stateSize: o.ssm_d_state,
          rank: Math.ceil(width / 16),
          gated: o.forward_type === "v0",
          convBias: o.ssm_conv_bias,
        },
        hidden: Math.floor(o.mlp_ratio * width),
      };
    }),
  };
}

function checkKinds(o: typeof VMAMBA_DEFAULTS): void {
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("VMamba", name, wish, value);
  for (const name of ["in_chans", "ssm_d_state", "imgsize"] as const) checkCount("VMamba", name, o[name]);
  if (!Number.isInteger(o.num_classes) || o.num_classes < 0) wrong("num_classes", "be a whole number", o.num_classes);
  if (!Array.isArray(o.depths) || o.depths.length === 0) wrong("depths", "be a list of at least one number", o.depths);
  o.depths.forEach((depth, s) => checkCount("VMamba", `depths[${s}]`, depth));
  if (typeof o.dims !== "number" && (!Array.isArray(o.dims) || o.dims.length !== o.depths.length)) {
    wrong("dims", `be a number, or a list of ${o.depths.length}`, o.dims);
  }
  for (const width of typeof o.dims === "number" ? [o.dims] : o.dims) checkCount("VMamba", "dims", width);
  if (!(o.ssm_ratio > 0)) wrong("ssm_ratio", "be a number above 0", o.ssm_ratio);
  if (!(o.mlp_ratio >= 0)) wrong("mlp_ratio", "be a number of at least 0", o.mlp_ratio);
  const among = <N extends keyof typeof VMAMBA_DEFAULTS>(name: N, values: readonly (typeof VMAMBA_DEFAULTS)[N][]) => {
    if (!values.includes(o[name])) wrong(name, `be one of ${values.join(", ")}`, o[name]);
  };
  among("forward_type", ["v0", "v05_noz"]);
  among("patchembed_version", ["v1", "v2"]);
  among("downsample_version", ["v1", "v3"]);
  among("norm_layer", ["ln", "ln2d"]);
  among("ssm_conv_bias", [true, false]);
}
