/**
 * DVMSR (Lei et al., NTIRE 2024): super-resolution by causal Mamba blocks over the pixels in reading order. Mirrors
 * `DVMSR` of nathan66666/DVMSR, whose blocks have no residual inside.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, e inner width, n states.
 *
 * @module
 */
import type { Bound } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, rowRange, type Tensor } from "../../tensor.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { mixer, type MixerConfig, mixerConfig, mixerWeights, norm, normWeights } from "../blocks/mamba.ts";
import { checkCount, mergeOptions, Numbered, ratioOf, refuseUnknown, variantOf, wrongOption } from "../options.ts";
import { checkImage, embedFeatures, type FrameConfig, frameWeights, makeImage } from "../blocks/restoration_frame.ts";
import { residualConv, residualConvWeights, shallowFeatures } from "../blocks/restoration_frame.ts";

/** Constructor options of `DVMSR` that have a meaning at inference, official names and defaults. */
export interface DvmsrOptions {
  /** Blocks of each group; four times 2 unless said. */
  readonly depths?: readonly number[];
  /** Channels of the features; 60 unless said. */
  readonly embed_dim?: number;
  /** Channels of the image, 1 or 3; 3 unless said. */
  readonly channels?: number;
  /** Shape of the mixers where it is not the default. */
  readonly ssm_cfg?: {
    readonly d_state?: number;
    readonly d_conv?: number;
    readonly expand?: number;
    readonly dt_rank?: number | "auto";
  } | null;
  /** Added to the variance; 1e-5 unless said. */
  readonly norm_epsilon?: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rms_norm?: boolean;
  /** Whether the features are normalised before the groups. */
  readonly patch_norm?: boolean;
  /** Sides of the result to those of the image; 4 unless said. */
  readonly upscale?: number;
  /** What pixels in 0 … 1 are multiplied by inside: 1 or 255. */
  readonly img_range?: number;
  /** How the image is made, as in MambaIR; `pixelshuffledirect` unless said. */
  readonly upsampler?: "pixelshuffle" | "pixelshuffledirect" | "" | null;
  /** Residual convolutions: one, or a bottleneck of three. */
  readonly resi_connection?: "1conv" | "3conv";
  /** No effect on numbers. */
  readonly img_size?: number;
  /** No effect in f32. */
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
}

const DEFAULTS = {
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
};
const NO_EFFECT = ["img_size", "fused_add_norm", "residual_in_fp32", "drop_rate", "drop_path_rate"];
const OPTION_NAMES: readonly string[] = [...Object.keys(DEFAULTS), ...NO_EFFECT];
const SSM_NAMES = ["d_state", "d_conv", "expand", "dt_rank"];
const HEADS = { pixelshuffle: "shuffle", pixelshuffledirect: "direct", "": "residual" } as const;

/** Options of the published checkpoint by name. */
export const DVMSR_VARIANTS = { "dvmsr-x4": {} } as const satisfies Record<string, DvmsrOptions>;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function dvmsrConfig(options: DvmsrOptions = {}): DvmsrConfig {
  refuseUnknown("DVMSR", Object.keys(options), OPTION_NAMES);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof DEFAULTS = { ...DEFAULTS, ...given };
  const ssm = o.ssm_cfg ?? {};
  refuseUnknown("DVMSR", Object.keys(ssm), SSM_NAMES);
  const wrong = (name: string, wish: string, value: unknown) => wrongOption("DVMSR", name, wish, value);
  for (const name of ["embed_dim", "upscale"] as const) checkCount("DVMSR", name, o[name]);
  if (!Array.isArray(o.depths) || o.depths.length === 0) wrong("depths", "be a list of at least one number", o.depths);
  o.depths.forEach((depth, i) => checkCount("DVMSR", `depths[${i}]`, depth));
  if (o.channels !== 1 && o.channels !== 3) wrong("channels", "be 1 or 3", o.channels);
  if (!((o.upsampler ?? "") in HEADS)) wrong("upsampler", `be "pixelshuffle", "pixelshuffledirect" or ""`, o.upsampler);
  const head = HEADS[o.upsampler ?? ""];
  if (head === "shuffle" && ![1, 2, 3, 4, 8].includes(o.upscale)) wrong("upscale", "be 1, 2, 3, 4 or 8", o.upscale);
  return {
    frame: {
      channels: o.channels,
      width: o.embed_dim,
      scale: head === "residual" ? 1 : o.upscale,
      head,
      range: o.img_range,
      threeConv: o.resi_connection === "3conv",
      patchNorm: o.patch_norm,
    },
    depths: [...o.depths],
    mixer: mixerConfig(o.embed_dim, {
      inner: Math.floor((ssm.expand ?? 2) * o.embed_dim),
      stateSize: ssm.d_state ?? 16,
      convWidth: ssm.d_conv ?? 4,
      rank: typeof ssm.dt_rank === "number" ? ssm.dt_rank : Math.ceil(o.embed_dim / 16),
    }),
    rmsNorm: o.rms_norm,
    epsilon: o.norm_epsilon,
  };
}

/** Weights of a DVMSR; the keys are those of the official state dict. */
export function dvmsrWeights(c: DvmsrConfig) {
  const block = () => ({ norm: normWeights(c.frame.width, c.rmsNorm), mixer: mixerWeights(c.mixer) });
  return {
    ...frameWeights(c.frame),
    layers: c.depths.map((depth) => ({
      residual_group: { blocks: Array.from({ length: depth }, block) },
      conv: residualConvWeights(c.frame),
    })),
    norm_f: normWeights(c.frame.width, c.rmsNorm),
  };
}

/** Weights of a DVMSR on a device. */
export type DvmsrWeights = Bound<ReturnType<typeof dvmsrWeights>>;

/** Image [b, h, w, channels] in 0 … 1 to the restored image [b, h·s, w·s, channels], not clamped. */
export function* dvmsr(
  ops: Ops,
  w: DvmsrWeights,
  c: DvmsrConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("DVMSR", image, c.frame.channels);
  const features = yield* shallowFeatures(ops, w, image); // [b, h, w, d]
  tap?.("conv_first", features);
  yield* addBody(ops, w, c, features, tap);
  return yield* makeImage(ops, w, c.frame, features, image);
}

/** The groups and the convolution after them, added to the features in place. */
function* addBody(ops: Ops, w: DvmsrWeights, c: DvmsrConfig, features: Tensor, tap?: Tap): Generator<void, void> {
  using _ = ops.scope();
  const x = embedFeatures(ops, w, features); // [b, h, w, d]
  for (const [g, { residual_group, conv }] of w.layers.entries()) {
    using _ = ops.scope();
    const y = ops.copy(x);
    for (const [j, block] of residual_group.blocks.entries()) {
      yield* mixInBands(ops, block, c, y);
      tap?.(`layer.${g}.${j}`, y);
    }
    yield* residualConv(ops, conv, y, x);
    tap?.(`layer.${g}`, x);
  }
  yield* residualConv(ops, w.conv_after_body, norm(ops, w.norm_f, c, x), features);
}

/** A block, y = mixer(norm(y)), in place over parts of each image; the states of convolution and scan are carried. */
function* mixInBands(
  ops: Ops,
  w: DvmsrWeights["layers"][number]["residual_group"]["blocks"][number],
  c: DvmsrConfig,
  y: Tensor,
): Generator<void, void> {
  const [b, height, width, d] = y.shape as [number, number, number, number], l = height * width;
  const { inner: e, stateSize: n, convWidth } = c.mixer;
  const work = { multiplyAdds: l * d * e * 4, exps: l * e * 4, stateElements: l * e * n };
  using _ = ops.scope();
  const conv = ops.empty([1, 1, convWidth - 1, e]), scan = ops.empty([1, 1, e, n]);
  for (let image = 0; image < b; image++) {
    for (const { first, count } of ops.bands(l, work)) {
      using _ = ops.scope();
      const part = reshape(rowRange(y, image * l + first, count), [1, count, d]);
      const carry = (state: Tensor) => ({ state, read: first > 0, write: true });
      mixer(ops, w.mixer, c.mixer, norm(ops, w.norm, c, part), {
        out: part,
        carry: { conv: carry(conv), scan: carry(scan) },
      });
      yield;
    }
  }
}

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => readonly number[] | undefined, keys: readonly string[]) {
  const [width, channels] = shape("conv_first.weight")!;
  const mixer = "layers.0.residual_group.blocks.0.mixer", numbered = new Numbered(keys);
  const upsample = shape("upsample.0.weight")?.[0], shuffles = numbered.present("upsample");
  return {
    depths: Array.from(
      { length: numbered.count("layers") },
      (_, g) => numbered.count(`layers.${g}.residual_group.blocks`),
    ),
    embed_dim: width!,
    channels: channels!,
    ssm_cfg: {
      d_state: shape(`${mixer}.A_log`)?.[1] ?? 16,
      d_conv: shape(`${mixer}.conv1d.weight`)?.[2] ?? 4,
      expand: ratioOf(shape(`${mixer}.out_proj.weight`)?.[1] ?? 2 * width!, width!),
      dt_rank: shape(`${mixer}.dt_proj.weight`)?.[1] ?? Math.ceil(width! / 16),
    },
    rms_norm: !shape("norm_f.bias"),
    patch_norm: !!shape("patch_embed.norm.weight"),
    resi_connection: shape("layers.0.conv.0.weight") ? "3conv" as const : "1conv" as const,
    ...(shape("conv_before_upsample.0.weight")
      ? { upsampler: "pixelshuffle" as const, upscale: upsample === 576 ? 3 : 2 ** shuffles }
      : upsample
      ? { upsampler: "pixelshuffledirect" as const, upscale: Math.sqrt(upsample / channels!) }
      : { upsampler: "" as const, upscale: 1 }),
  };
}

/**
 * Recognises a DVMSR; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectDvmsr(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("conv_first.weight")?.length !== 4) return undefined;
  if (!shape("layers.0.residual_group.blocks.0.mixer.in_proj.weight")) return undefined;
  const { options, sources } = mergeOptions<DvmsrOptions>(facts, {
    model: "DVMSR",
    names: OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...facts.shapes.keys()]),
    resolve: dvmsrConfig,
  });
  const config = dvmsrConfig(options);
  const variant = variantOf<DvmsrOptions, keyof typeof DVMSR_VARIANTS>(DVMSR_VARIANTS, dvmsrConfig, options);
  return {
    family: "dvmsr",
    task: "restore",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: dvmsrWeights(config),
    ignored: [],
    channels: config.frame.channels,
    scale: config.frame.scale,
    forward: (ops, weights, image, tap) => dvmsr(ops, weights as DvmsrWeights, config, image, tap),
  };
}
