/**
 * MambaIR (Guo et al., ECCV 2024, arXiv 2402.15648): image restoration by groups of VSS blocks. Mirrors `MambaIR` of
 * csguoh/MambaIR; any image size works, as nothing is windowed.
 *
 * Glossary: b batch, h × w pixels, d width, s scale.
 *
 * @module
 */
import { layerNormInBands } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import type { Tensor } from "../../tensor.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { MAMBAIR_OPTION_NAMES, MAMBAIR_VARIANTS, type MambaIRConfig, mambairConfig } from "./options.ts";
import type { MambaIROptions } from "./options.ts";
import { mergeOptions, Numbered, ratioOf, variantOf } from "../options.ts";
import { checkImage, embedFeatures, frameWeights, makeImage } from "../blocks/restoration_frame.ts";
import { residualConv, residualConvWeights, shallowFeatures } from "../blocks/restoration_frame.ts";
import { vssBlock, vssBlockWeights } from "../blocks/vss_block.ts";

/** Weights of a MambaIR; the keys are those of the official state dict. */
export function mambairWeights(c: MambaIRConfig) {
  const d = c.frame.width;
  return {
    ...frameWeights(c.frame),
    layers: c.depths.map((depth) => ({
      residual_group: { blocks: Array.from({ length: depth }, () => vssBlockWeights(c.block)) },
      conv: residualConvWeights(c.frame),
    })),
    norm: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) },
  };
}

/** Weights of a MambaIR on a device. */
export type MambaIRWeights = Bound<ReturnType<typeof mambairWeights>>;

/** Image [b, h, w, channels] in 0 … 1 to the restored image [b, h·s, w·s, channels], not clamped. */
export function* mambair(
  ops: Ops,
  w: MambaIRWeights,
  c: MambaIRConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("MambaIR", image, c.frame.channels);
  const features = yield* shallowFeatures(ops, w, image); // [b, h, w, d]
  tap?.("conv_first", features);
  yield* addBody(ops, w, c, features, tap);
  return yield* makeImage(ops, w, c.frame, features, image);
}

/** The groups and the convolution after them, added to the features in place. */
function* addBody(
  ops: Ops,
  w: MambaIRWeights,
  c: MambaIRConfig,
  features: Tensor,
  tap?: Tap,
): Generator<void, void> {
  using _ = ops.scope();
  const x = embedFeatures(ops, w, features); // [b, h, w, d]
  for (const [g, { residual_group, conv }] of w.layers.entries()) {
    using _ = ops.scope();
    const y = ops.copy(x);
    for (const [j, block] of residual_group.blocks.entries()) {
      yield* vssBlock(ops, block, c.block, y);
      tap?.(`layer.${g}.${j}`, y);
    }
    yield* residualConv(ops, conv, y, x);
    tap?.(`layer.${g}`, x);
  }
  const normed = yield* layerNormInBands(ops, x, w.norm.weight, { bias: w.norm.bias, epsilon: 1e-5 });
  tap?.("norm", normed);
  if (tap) tap("conv_after_body", yield* residualConv(ops, w.conv_after_body, normed));
  yield* residualConv(ops, w.conv_after_body, normed, features);
}

type Shape = readonly number[];

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => Shape | undefined, keys: readonly string[]): MambaIROptions {
  const [width, channels] = shape("conv_first.weight")!;
  const block = "layers.0.residual_group.blocks.0", scan = `${block}.self_attention`;
  const numbered = new Numbered(keys);
  const depths = Array.from(
    { length: numbered.count("layers") },
    (_, g) => numbered.count(`layers.${g}.residual_group.blocks`),
  );
  const generation = shape(`${block}.conv_blk.cab.1.attention.1.weight`)
    ? 1
    : shape(`${block}.conv_blk.cab.5.attention.1.weight`)
    ? 3
    : 2;
  const shuffles = numbered.present("upsample"), upsample = shape("upsample.0.weight")?.[0];
  const head: MambaIROptions = shape("conv_before_upsample.0.weight")
    ? { upsampler: "pixelshuffle", upscale: upsample === 576 ? 3 : 2 ** shuffles }
    : upsample
    ? { upsampler: "pixelshuffledirect", upscale: Math.sqrt(upsample / channels!), cab_generation: generation }
    : { upsampler: "", upscale: 1 };
  return {
    in_chans: channels!,
    embed_dim: width!,
    depths,
    d_state: shape(`${scan}.A_logs`)?.[1] ?? 16,
    mlp_ratio: ratioOf(shape(`${scan}.out_proj.weight`)?.[1] ?? 2 * width!, width!),
    patch_norm: !!shape("patch_embed.norm.weight"),
    resi_connection: shape("layers.0.conv.0.weight") ? "3conv" : "1conv",
    ...head,
  };
}

/**
 * Recognises a MambaIR; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectMambaIR(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("conv_first.weight")?.length !== 4) return undefined;
  if (!shape("layers.0.residual_group.blocks.0.self_attention.x_proj_weight")) return undefined;
  const { options, sources } = mergeOptions<MambaIROptions>(facts, {
    model: "MambaIR",
    names: MAMBAIR_OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...facts.shapes.keys()]),
    resolve: mambairConfig,
  });
  const config = mambairConfig(options);
  const variant = variantOf(MAMBAIR_VARIANTS, mambairConfig, options);
  return {
    family: "mambair",
    task: "restore",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: mambairWeights(config),
    ignored: [],
    channels: config.frame.channels,
    scale: config.frame.scale,
    forward: (ops, weights, image, tap) => mambair(ops, weights as MambaIRWeights, config, image, tap),
  };
}
