/**
 * What MambaIR and DVMSR have around their blocks: the shift by the mean colour, the first convolution, the residual
 * convolutions, and the heads that make an image of the features. Mirrors `MambaIR.forward` of csguoh/MambaIR.
 *
 * The official image range is folded into the weights: conv((x − mean)·range) = (range·conv)(x − mean), and a head's
 * y/range + mean goes into its last weight and bias.
 *
 * Glossary: b batch, h × w pixels, d width, s scale.
 *
 * @module
 */
import { conv2dInBands } from "../../ops/bands.ts";
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import { columnsOf, reshape, type Tensor } from "../../tensor.ts";
import { wrongOption } from "../options.ts";
import type { Reading } from "../reading.ts";

/**
 * How the image is made: `shuffle` classic upsampling, `direct` one convolution, `residual` added to the input, `nearest`
 * pixels doubled twice with a convolution after each.
 */
export type Head = "shuffle" | "direct" | "residual" | "nearest";

/** Heads by the official names of upsamplers. */
const HEADS = {
  pixelshuffle: "shuffle",
  pixelshuffledirect: "direct",
  "nearest+conv": "nearest",
  "": "residual",
} as const satisfies Record<string, Head>;

/** Official name of an upsampler. */
export type Upsampler = keyof typeof HEADS;

/**
 * The head that an upsampler stands for; none stands for the residual one.
 *
 * @throws {TypeError} When it is not among those that the net has.
 */
export function headOf(model: string, upsampler: Upsampler | null | undefined, among: readonly Upsampler[]): Head {
  const name = upsampler ?? "";
  if (among.includes(name)) return HEADS[name];
  return wrongOption(model, "upsampler", `be one of ${among.map((one) => JSON.stringify(one)).join(", ")}`, upsampler);
}

/** Shape of the frame. */
export interface FrameConfig {
  readonly channels: number;
  readonly width: number;
  readonly scale: number;
  readonly head: Head;
  /** 1 or 255: what the pixels are multiplied by inside. */
  readonly range: number;
  /** Residual convolutions are a bottleneck of three instead of one. */
  readonly threeConv: boolean;
  readonly patchNorm: boolean;
}

/** What the official options say of the frame. */
export interface FrameOptions {
  readonly embed_dim: number;
  readonly upscale: number;
  readonly img_range: number;
  readonly resi_connection: string;
  readonly patch_norm: boolean;
}

/** The frame of a net with so many channels and that head. */
export function frameOf(options: FrameOptions, channels: number, head: Head): FrameConfig {
  return {
    channels,
    width: options.embed_dim,
    scale: head === "residual" ? 1 : options.upscale,
    head,
    range: options.img_range,
    threeConv: options.resi_connection === "3conv",
    patchNorm: options.patch_norm,
  };
}

/** Official means of red, green and blue, as float32 has them. */
const MEAN = [0.4488, 0.4371, 0.4040].map(Math.fround);
/** Channels of the classic upsampling. */
const FEATURES = 64;
const EPSILON = 1e-5;
const LEAKY = { activation: "leakyRelu", slope: 0.2 } as const;

/** Weight and bias of a convolution. */
type Convolution = { readonly weight: Weight; readonly bias: Weight };

const convolution = (outer: number, inner: number, side = 3): Convolution => ({
  weight: tensor("conv2d", [outer, inner, side, side]),
  bias: tensor("plain", [outer]),
});

/** Weights of a residual convolution: one, or a bottleneck. */
export function residualConvWeights({ width: d, threeConv }: FrameConfig) {
  if (!threeConv) return convolution(d, d);
  const m = Math.floor(d / 4);
  return { 0: convolution(m, d), 2: convolution(m, m, 1), 4: convolution(d, m) };
}

/** Sides of the pixel shuffles of the classic upsampling. */
function shuffleSides(scale: number): number[] {
  return scale === 3 ? [3] : Array.from({ length: Math.log2(scale) }, () => 2);
}

/** Factor of weights and bias of a head's last convolution, and the mean its bias makes up for. */
function lastConvolution(c: FrameConfig, inner: number, perChannel: number): Convolution {
  const outer = c.channels * perChannel, shifted = c.channels === 3 && c.head !== "residual";
  const scaled = (
    key: string,
    shape: readonly number[],
    role: "conv2d" | "plain",
    add: (i: number) => number,
  ): Weight =>
    derived(role, shape, { [key]: shape }, (parts) => parts[key]!.map((value, i) => value / c.range + add(i)));
  return {
    weight: c.range === 1
      ? tensor("conv2d", [outer, inner, 3, 3])
      : scaled("weight", [outer, inner, 3, 3], "conv2d", () => 0),
    bias: scaled("bias", [outer], "plain", (i) => shifted ? MEAN[Math.floor(i / perChannel)]! : 0),
  };
}

type Numbered = Readonly<Record<number, Convolution>>;

function headWeights(c: FrameConfig) {
  if (c.head === "residual") return { conv_last: lastConvolution(c, c.width, 1) };
  if (c.head === "direct") return { upsample: { 0: lastConvolution(c, c.width, c.scale ** 2) } as Numbered };
  if (c.head === "nearest") {
    return {
      conv_before_upsample: { 0: convolution(FEATURES, c.width) },
      conv_up1: convolution(FEATURES, FEATURES),
      conv_up2: convolution(FEATURES, FEATURES),
      conv_hr: convolution(FEATURES, FEATURES),
      conv_last: lastConvolution(c, FEATURES, 1),
    };
  }
  return {
    conv_before_upsample: { 0: convolution(FEATURES, c.width) },
    upsample: Object.fromEntries(
      shuffleSides(c.scale).map((s, i) => [2 * i, convolution(FEATURES * s ** 2, FEATURES)]),
    ) as Numbered,
    conv_last: lastConvolution(c, FEATURES, 1),
  };
}

/** Weights of the frame; the keys are those of the official state dicts. */
export function frameWeights(c: FrameConfig) {
  const { width: d, channels } = c;
  return {
    shift: channels === 3 ? derived("plain", [3], {}, () => Float32Array.from(MEAN, (mean) => -mean)) : undefined,
    conv_first: {
      weight: derived("conv2d", [d, channels, 3, 3], { weight: [d, channels, 3, 3] }, ({ weight }) => {
        return c.range === 1 ? weight! : weight!.map((value) => value * c.range);
      }),
      bias: tensor("plain", [d]),
    },
    patch_embed: c.patchNorm ? { norm: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) } } : undefined,
    conv_after_body: residualConvWeights(c),
    ...headWeights(c),
  };
}

/** Weights of a residual convolution on a device. */
export type ResidualConvWeights = Bound<ReturnType<typeof residualConvWeights>>;
/** Weights of the frame on a device. */
export type FrameWeights = Bound<ReturnType<typeof frameWeights>>;

/** Image [b, h, w, channels] to features [b, h, w, d]. */
export function* shallowFeatures(ops: Ops, w: FrameWeights, image: Tensor): Generator<void, Tensor> {
  const { weight, bias } = w.conv_first;
  const [b, height, width] = image.shape as [number, number, number, number];
  const features = ops.empty([b, height, width, weight.shape[0]!]);
  using _ = ops.scope();
  const shifted = w.shift ? ops.add(image, w.shift) : image;
  return yield* conv2dInBands(ops, shifted, weight, { bias, out: features });
}

/** The stream that the blocks work on: the features, normalised where the net does so. */
export function embedFeatures(ops: Ops, w: FrameWeights, features: Tensor): Tensor {
  const norm = w.patch_embed?.norm;
  return norm ? ops.layerNorm(features, norm.weight, { bias: norm.bias, epsilon: EPSILON }) : ops.copy(features);
}

/** A residual convolution: its result is added to `into`, or returned. */
export function* residualConv(
  ops: Ops,
  w: ResidualConvWeights,
  x: Tensor,
  into?: Tensor,
): Generator<void, Tensor> {
  const target = into ? { into } : {};
  if ("weight" in w) return yield* conv2dInBands(ops, x, w.weight, { bias: w.bias, ...target });
  const narrow = yield* conv2dInBands(ops, x, w[0].weight, { bias: w[0].bias, ...LEAKY });
  const middle = yield* conv2dInBands(ops, narrow, w[2].weight, { bias: w[2].bias, ...LEAKY });
  return yield* conv2dInBands(ops, middle, w[4].weight, { bias: w[4].bias, ...target });
}

/** Features [b, h, w, d] to the image [b, h·s, w·s, channels]. */
export function* makeImage(
  ops: Ops,
  w: FrameWeights,
  c: FrameConfig,
  features: Tensor,
  image: Tensor,
): Generator<void, Tensor> {
  if (c.head === "residual") {
    const { weight, bias } = w.conv_last!;
    return yield* conv2dInBands(ops, features, weight, { bias, into: ops.copy(image) });
  }
  if (c.head === "direct") {
    const { weight, bias } = w.upsample![0]!;
    return ops.pixelShuffle(yield* conv2dInBands(ops, features, weight, { bias }), c.scale);
  }
  const before = w.conv_before_upsample![0];
  let x = yield* conv2dInBands(ops, features, before.weight, {
    bias: before.bias,
    activation: "leakyRelu",
    slope: 0.01,
  });
  if (c.head === "nearest") {
    for (const { weight, bias } of [w.conv_up1!, w.conv_up2!]) {
      x = yield* conv2dInBands(ops, doubled(ops, x), weight, { bias, ...LEAKY });
    }
    x = yield* conv2dInBands(ops, x, w.conv_hr!.weight, { bias: w.conv_hr!.bias, ...LEAKY });
    return yield* conv2dInBands(ops, x, w.conv_last!.weight, { bias: w.conv_last!.bias });
  }
  for (const [i, side] of shuffleSides(c.scale).entries()) {
    const { weight, bias } = w.upsample![2 * i]!;
    const [b, height, width, channels] = x.shape as [number, number, number, number];
    const larger = ops.empty([b, side * height, side * width, channels]);
    using _ = ops.scope();
    x = ops.pixelShuffle(yield* conv2dInBands(ops, x, weight, { bias }), side, { out: larger });
    yield;
  }
  return yield* conv2dInBands(ops, x, w.conv_last!.weight, { bias: w.conv_last!.bias });
}

/** Every pixel as a square of four. */
function doubled(ops: Ops, x: Tensor): Tensor {
  const [b, height, width, d] = x.shape as [number, number, number, number];
  const index = Uint32Array.from(
    { length: 4 * height * width },
    (_, i) => Math.floor(i / (4 * width)) * width + Math.floor(i % (2 * width) / 2),
  );
  const pixels = ops.gatherRows(reshape(x, [b, height * width, d]), ops.input(index, [index.length]));
  return reshape(pixels, [b, 2 * height, 2 * width, d]);
}

/** What the tensors of the official heads say, by the official names of two options. */
export function readUpsampling(
  file: Reading,
  channels: number,
): { readonly upsampler: "pixelshuffle" | "pixelshuffledirect" | ""; readonly upscale: number } {
  const outer = file.shape("upsample.0.weight")?.[0];
  if (file.has("conv_before_upsample.0.weight")) {
    const upscale = outer === FEATURES * 9 ? 3 : 2 ** file.present("upsample");
    return { upsampler: "pixelshuffle", upscale };
  }
  return outer
    ? { upsampler: "pixelshuffledirect", upscale: Math.sqrt(outer / channels) }
    : { upsampler: "", upscale: 1 };
}

/** Refuses an image of another number of channels, or one that `multiple` does not divide. */
export function checkImage(model: string, image: Tensor, channels: number, multiple = 1): void {
  const [, height, width] = image.shape;
  if (image.shape.length !== 4 || columnsOf(image) !== channels || height! % multiple || width! % multiple) {
    throw new TypeError(
      `Cannot run ${model} as image must have the shape [batch, height, width, ${channels}]` +
        `${multiple > 1 ? ` with sides that ${multiple} divides` : ""}: current shape is [${image.shape.join(", ")}]`,
    );
  }
}
