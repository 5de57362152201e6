/**
 * Recognises a MambaIRv2 from keys and shapes.
 *
 * @module
 */
import type { Detected, ModelFacts } from "../family.ts";
import { mergeOptions, Numbered, ratioOf, variantOf } from "../options.ts";
import { mambairv2, MAMBAIRV2_IGNORED, type MambaIRv2Weights, mambairv2Weights } from "./forward.ts";
import { MAMBAIRV2_OPTION_NAMES, MAMBAIRV2_VARIANTS, mambairv2Config, type MambaIRv2Options } from "./options.ts";

type Shape = readonly number[];

/** What the tensors of the head say. */
function headFromShapes(shape: (key: string) => Shape | undefined, numbered: Numbered): MambaIRv2Options {
  const upsample = shape("upsample.0.weight")?.[0], channels = shape("conv_first.weight")![1]!;
  if (shape("conv_up1.weight")) return { upsampler: "nearest+conv", upscale: 4 };
  if (shape("conv_before_upsample.0.weight")) {
    const shuffles = numbered.present("upsample");
    return { upsampler: "pixelshuffle", upscale: upsample === 576 ? 3 : 2 ** shuffles };
  }
  if (upsample) return { upsampler: "pixelshuffledirect", upscale: Math.sqrt(upsample / channels) };
  return { upsampler: "", upscale: 1 };
}

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => Shape | undefined, keys: readonly string[]): MambaIRv2Options {
  const [width, channels] = shape("conv_first.weight")!;
  const numbered = new Numbered(keys), groups = numbered.count("layers");
  const layer = (g: number) => `layers.${g}.residual_group.layers.0`, first = layer(0);
  const table = (g: number) => shape(`${layer(g)}.win_mhsa.relative_position_bias_table`);
  const list = (count: (g: number) => number) => Array.from({ length: groups }, (_, g) => count(g));
  const light = shape(`${first}.convffn1.sg.conv.weight`);
  const filter = light ?? shape(`${first}.convffn1.dwconv.depthwise_conv.0.weight`);
  return {
    form: light ? "light" : "base",
    in_chans: channels!,
    embed_dim: width!,
    depths: list((g) => numbered.count(`layers.${g}.residual_group.layers`)),
    num_heads: list((g) => table(g)?.[1] ?? 1),
    window_size: (Math.sqrt(table(0)?.[0] ?? 961) + 1) / 2,
    d_state: shape(`${first}.assm.selectiveScan.A_logs`)?.[1] ?? 16,
    inner_rank: shape(`${first}.embeddingA.weight`)?.[0] ?? 64,
    num_tokens: shape(`${first}.assm.embeddingB.weight`)?.[0] ?? 128,
    convffn_kernel_size: filter?.[2] ?? 5,
    mlp_ratio: ratioOf(shape(`${first}.convffn1.fc1.weight`)?.[0] ?? 2 * width!, width!),
    qkv_bias: !!shape(`${first}.wqkv.bias`),
    patch_norm: !!shape("patch_embed.norm.weight"),
    resi_connection: shape("layers.0.conv.0.weight") ? "3conv" : "1conv",
    ...headFromShapes(shape, numbered),
  };
}

/**
 * Recognises a MambaIRv2; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectMambaIRv2(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("conv_first.weight")?.length !== 4) return undefined;
  if (!shape("layers.0.residual_group.layers.0.assm.selectiveScan.x_proj_weight")) return undefined;
  const { options, sources } = mergeOptions<MambaIRv2Options>(facts, {
    model: "MambaIRv2",
    names: MAMBAIRV2_OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...facts.shapes.keys()]),
    resolve: mambairv2Config,
  });
  const config = mambairv2Config(options);
  const { routing: _routing, seed: _seed, ...released } = options;
  const variant = variantOf(MAMBAIRV2_VARIANTS, mambairv2Config, released);
  return {
    family: "mambairv2",
    task: "restore",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: mambairv2Weights(config),
    ignored: MAMBAIRV2_IGNORED,
    channels: config.frame.channels,
    scale: config.frame.scale,
    choices: ["routing", "seed"],
    forward: (ops, weights, image, tap, choices = {}) => {
      const { seed } = mambairv2Config({ ...options, ...choices });
      return mambairv2(ops, weights as MambaIRv2Weights, { ...config, seed }, image, { tap });
    },
  };
}
