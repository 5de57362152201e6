/**
 * MambaIR's U-Net for photos with real noise. Mirrors `MambaIRUNet` of csguoh/MambaIR (`realDenoising`); sides must be
 * multiples of 8.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { conv2dInBands } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { columns, type Tensor } from "../../tensor.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { checkCount, mergeOptions, Numbered, ratioOf, refuseUnknown, variantOf, wrongOption } from "../options.ts";
import { checkImage } from "../blocks/restoration_frame.ts";
import {
  vssBlock,
  type VssBlockConfig,
  vssBlockConfig,
  type VssBlockWeights,
  vssBlockWeights,
} from "../blocks/vss_block.ts";

/** Constructor options of `MambaIRUNet` that have a meaning at inference, official names and defaults. */
export interface MambaIRUNetOptions {
  /** Channels of the image; 3 unless said. */
  readonly inp_channels?: number;
  /** Channels of the result; 3 unless said. */
  readonly out_channels?: number;
  /** Channels of the first level; 48 unless said. */
  readonly dim?: number;
  /** Blocks of the four levels; 4, 6, 6, 8 unless said. */
  readonly num_blocks?: readonly number[];
  /** Inner width of the scan per channel; 2 unless said, 1.5 in the released net. */
  readonly mlp_ratio?: number;
  /** Blocks after the decoder; 4 unless said. */
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

const DEFAULTS = {
  inp_channels: 3,
  out_channels: 3,
  dim: 48,
  num_blocks: [4, 6, 6, 8] as readonly number[],
  mlp_ratio: 2,
  num_refinement_blocks: 4,
  bias: false,
  dual_pixel_task: false,
  d_states: [16, 16, 16, 16] as readonly number[],
};
const OPTION_NAMES: readonly string[] = [...Object.keys(DEFAULTS), "drop_path_rate"];

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
  refuseUnknown("MambaIRUNet", Object.keys(options), OPTION_NAMES);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: typeof DEFAULTS = { ...DEFAULTS, ...given };
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

/** Weights of a MambaIRUNet; the keys are those of the official state dict. */
export function mambairUNetWeights(c: MambaIRUNetConfig) {
  const d = c.width;
  const conv = (outer: number, inner: number, side: number, bias: boolean) => ({
    weight: tensor("conv2d", [outer, inner, side, side]),
    bias: bias ? tensor("plain", [outer]) : undefined,
  });
  const blocks = (count: number, block: VssBlockConfig) => Array.from({ length: count }, () => vssBlockWeights(block));
  const [d0, d1, d2, d3] = c.depths as [number, number, number, number];
  const [e0, e1, e2, e3] = c.encoder as [VssBlockConfig, VssBlockConfig, VssBlockConfig, VssBlockConfig];
  const [c0, c1, c2] = c.decoder as [VssBlockConfig, VssBlockConfig, VssBlockConfig];
  return {
    patch_embed: { proj: conv(d, c.channels, 3, false) },
    encoder_level1: blocks(d0, e0),
    down1_2: { body: { 0: conv(d / 2, d, 3, false) } },
    encoder_level2: blocks(d1, e1),
    down2_3: { body: { 0: conv(d, 2 * d, 3, false) } },
    encoder_level3: blocks(d2, e2),
    down3_4: { body: { 0: conv(2 * d, 4 * d, 3, false) } },
    latent: blocks(d3, e3),
    up4_3: { body: { 0: conv(16 * d, 8 * d, 3, false) } },
    reduce_chan_level3: conv(4 * d, 8 * d, 1, c.bias),
    decoder_level3: blocks(d2, c2),
    up3_2: { body: { 0: conv(8 * d, 4 * d, 3, false) } },
    reduce_chan_level2: conv(2 * d, 4 * d, 1, c.bias),
    decoder_level2: blocks(d1, c1),
    up2_1: { body: { 0: conv(4 * d, 2 * d, 3, false) } },
    decoder_level1: blocks(d0, c0),
    refinement: blocks(c.refinement, c0),
    skip_conv: c.dualPixel ? conv(2 * d, d, 1, c.bias) : undefined,
    output: conv(c.outChannels, 2 * d, 3, c.bias),
  };
}

/** Weights of a MambaIRUNet on a device. */
export type MambaIRUNetWeights = Bound<ReturnType<typeof mambairUNetWeights>>;

interface Conv {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Image [b, h, w, channels] in 0 … 1 to the restored image of the same size, not clamped. */
export function* mambairUNet(
  ops: Ops,
  w: MambaIRUNetWeights,
  c: MambaIRUNetConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("MambaIRUNet", image, c.channels, UNET_MULTIPLE);
  const [E, D] = [c.encoder, c.decoder];
  const level = (name: string, blocks: readonly VssBlockWeights[], config: VssBlockConfig, x: Tensor) =>
    runLevel(ops, name, blocks, config, x, tap);

  const embedded = yield* conv2dInBands(ops, image, w.patch_embed.proj.weight); // [b, h, w, d]
  const skip1 = c.dualPixel ? ops.copy(embedded) : embedded;
  const out1 = yield* level("encoder_level1", w.encoder_level1, E[0]!, skip1);
  const out2 = yield* level("encoder_level2", w.encoder_level2, E[1]!, yield* down(ops, w.down1_2.body[0], out1));
  const out3 = yield* level("encoder_level3", w.encoder_level3, E[2]!, yield* down(ops, w.down2_3.body[0], out2));
  const latent = yield* level("latent", w.latent, E[3]!, yield* down(ops, w.down3_4.body[0], out3));

  const joined3 = yield* up(ops, w.up4_3.body[0], latent, out3, w.reduce_chan_level3); // [b, h/4, w/4, 4d]
  const back3 = yield* level("decoder_level3", w.decoder_level3, D[2]!, joined3);
  const joined2 = yield* up(ops, w.up3_2.body[0], back3, out2, w.reduce_chan_level2); // [b, h/2, w/2, 2d]
  const back2 = yield* level("decoder_level2", w.decoder_level2, D[1]!, joined2);
  const joined1 = yield* up(ops, w.up2_1.body[0], back2, out1); // [b, h, w, 2d]
  const x = yield* level("decoder_level1", w.decoder_level1, D[0]!, joined1);
  yield* level("refinement", w.refinement, D[0]!, x);

  if (w.skip_conv) {
    yield* conv2dInBands(ops, embedded, w.skip_conv.weight, { bias: w.skip_conv.bias, into: x });
    return yield* conv2dInBands(ops, x, w.output.weight, { bias: w.output.bias });
  }
  return yield* conv2dInBands(ops, x, w.output.weight, { bias: w.output.bias, into: ops.copy(image) });
}

function* runLevel(
  ops: Ops,
  name: string,
  blocks: readonly VssBlockWeights[],
  c: VssBlockConfig,
  x: Tensor,
  tap: Tap | undefined,
): Generator<void, Tensor> {
  for (const [i, block] of blocks.entries()) {
    yield* vssBlock(ops, block, c, x);
    tap?.(`${name}.${i}`, x);
  }
  return x;
}

/** Half the size, twice the channels: x [b, h, w, d] → [b, h/2, w/2, 2d]. */
function* down(ops: Ops, { weight }: Conv, x: Tensor): Generator<void, Tensor> {
  return ops.pixelUnshuffle(yield* conv2dInBands(ops, x, weight), 2);
}

/** Twice the size, joined with the encoder's result and reduced where there are weights for it. */
function* up(ops: Ops, { weight }: Conv, x: Tensor, skip: Tensor, reduce?: Conv): Generator<void, Tensor> {
  const [b, height, width, d] = skip.shape as [number, number, number, number];
  const reduced = reduce ? ops.empty(skip.shape) : undefined;
  const joined = ops.empty([b, height, width, 2 * d]);
  {
    using _ = ops.scope();
    ops.pixelShuffle(yield* conv2dInBands(ops, x, weight), 2, { out: columns(joined, 0, d) });
    ops.unary(skip, "none", { out: columns(joined, d, d) });
  }
  if (!reduce) return joined;
  return yield* conv2dInBands(ops, joined, reduce.weight, { bias: reduce.bias, out: reduced! });
}

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => readonly number[] | undefined, keys: readonly string[]) {
  const [dim, channels] = shape("patch_embed.proj.weight")!;
  const levels = ["encoder_level1", "encoder_level2", "encoder_level3", "latent"];
  const numbered = new Numbered(keys);
  const inner = shape("encoder_level1.0.self_attention.out_proj.weight")?.[1] ?? 2 * dim!;
  return {
    inp_channels: channels!,
    out_channels: shape("output.weight")?.[0] ?? channels!,
    dim: dim!,
    num_blocks: levels.map((level) => numbered.count(level)),
    mlp_ratio: ratioOf(inner, dim!),
    num_refinement_blocks: numbered.count("refinement"),
    bias: !!shape("output.bias"),
    dual_pixel_task: !!shape("skip_conv.weight"),
    d_states: levels.map((level) => shape(`${level}.0.self_attention.A_logs`)?.[1] ?? 16),
  };
}

/**
 * Recognises a MambaIRUNet; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectMambaIRUNet(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("patch_embed.proj.weight")?.length !== 4) return undefined;
  if (!shape("encoder_level1.0.self_attention.x_proj_weight")) return undefined;
  const { options, sources } = mergeOptions<MambaIRUNetOptions>(facts, {
    model: "MambaIRUNet",
    names: OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...facts.shapes.keys()]),
    resolve: mambairUNetConfig,
  });
  const config = mambairUNetConfig(options);
  const variant = variantOf<MambaIRUNetOptions, keyof typeof MAMBAIR_UNET_VARIANTS>(
    MAMBAIR_UNET_VARIANTS,
    mambairUNetConfig,
    options,
  );
  return {
    family: "mambair-unet",
    task: "restore",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: mambairUNetWeights(config),
    ignored: [],
    channels: config.channels,
    scale: 1,
    multiple: UNET_MULTIPLE,
    forward: (ops, weights, image, tap) => mambairUNet(ops, weights as MambaIRUNetWeights, config, image, tap),
  };
}
