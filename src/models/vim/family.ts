/**
 * Recognises a Vision Mamba from keys and shapes, and fills in what those cannot say.
 *
 * @module
 */
import type { Detected, ModelFacts } from "../family.ts";
import { VIM_CHOICES, type VimChoices } from "./choices.ts";
import { mergeOptions, Numbered } from "../options.ts";
import { vim, VIM_IGNORED, type VimWeights, vimWeights } from "./forward.ts";
import { VIM_OPTION_NAMES, VIM_VARIANTS, vimConfig, type VimOptions, type VimVariant } from "./options.ts";

type Shape = readonly number[];

/** Options that keys and shapes alone decide. */
function optionsFromShapes(shape: (key: string) => Shape | undefined, keys: Iterable<string>): VimOptions {
  const [width, channels, patch] = shape("patch_embed.proj.weight")!;
  const depth = new Numbered(keys).count("layers");
  const mixer = "layers.0.mixer";
  const inner = shape(`${mixer}.out_proj.weight`)?.[1] ?? 2 * width!;
  const rank = shape(`${mixer}.dt_proj.weight`)?.[1] ?? Math.ceil(width! / 16);
  return {
    embed_dim: width!,
    channels: channels!,
    patch_size: patch!,
    depth,
    d_state: shape(`${mixer}.A_log`)?.[1] ?? 16,
    num_classes: shape("head.weight")?.[0] ?? 0,
    rms_norm: !shape("norm_f.bias"),
    bimamba_type: shape(`${mixer}.conv1d_b.weight`) || shape(`${mixer}.A_b_log`)
      ? shape(`${mixer}.x_proj_b.weight`) ? "v2" : "v1"
      : "none",
    init_layer_scale: shape(`${mixer}.gamma`) ? 1 : null,
    if_cls_token: !!(shape("cls_token") ?? shape("cls_token_head")),
    use_double_cls_token: !!shape("cls_token_head"),
    if_abs_pos_embed: !!shape("pos_embed"),
    ...(shape("rope.freqs_cos") ? { if_rope: true } : {}),
    ssm_cfg: {
      d_conv: shape(`${mixer}.conv1d.weight`)?.[2] ?? 4,
      dt_rank: rank,
      expand: inner / width!,
      conv_bias: !!shape(`${mixer}.conv1d.bias`),
      bias: !!shape(`${mixer}.in_proj.bias`),
    },
  };
}

/** Options read out of the model name in the `args` of an official training run. */
function optionsFromArgs(args: Readonly<Record<string, unknown>> | undefined): VimOptions {
  const name = typeof args?.model === "string" && args.model.startsWith("vim_") ? args.model : undefined;
  const stride = /_stride(\d+)_/.exec(name ?? "")?.[1], pool = /_final_pool_(none|mean|max|all)/.exec(name ?? "")?.[1];
  return {
    ...(typeof args?.input_size === "number" ? { img_size: args.input_size } : {}),
    ...(stride ? { stride: Number(stride) } : {}),
    ...(pool ? { final_pool_type: pool as "none" } : {}),
    ...(name && /_bimambav2/.test(name) ? { if_divide_out: /_div2/.test(name) } : {}),
    ...(name && /cls_?to?k/.test(name) ? { use_middle_cls_token: /mid(dle_)?_?cls/.test(name) } : {}),
    ...(name && /_rope/.test(name) ? { if_rope: true, if_rope_residual: /_rope_also_residual/.test(name) } : {}),
  };
}

/**
 * Image size and stride that give the grid of the position embedding. Several do: 384 with stride 8 has as many patches as
 * 752 with stride 16. Likeliest is a released size, then square patches side by side.
 */
function geometryFromPositions(shapes: VimOptions, positions: number | undefined): VimOptions {
  const extra = shapes.if_cls_token ? shapes.use_double_cls_token ? 2 : 1 : 0;
  const patch = shapes.patch_size!, side = Math.sqrt((positions ?? 0) - extra);
  if (positions === undefined || !Number.isInteger(side)) return { stride: patch };
  if (patch === 16 && (side === 27 || side === 47)) return { img_size: 8 * side + 8, stride: 8 };
  return { img_size: patch * side, stride: patch };
}

function variantOf(options: VimOptions): VimVariant | undefined {
  for (const [name, variant] of Object.entries(VIM_VARIANTS) as [VimVariant, VimOptions][]) {
    if (
      JSON.stringify(vimConfig({ ...variant, final_pool_type: options.final_pool_type ?? "none" })) ===
        JSON.stringify(vimConfig(options))
    ) return name;
  }
  return undefined;
}

/**
 * Recognises a Vision Mamba; undefined when the checkpoint is something else. Options come from where
 * {@linkcode mergeOptions} says.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectVim(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("patch_embed.proj.weight")?.length !== 4 || !shape("layers.0.mixer.in_proj.weight")) return undefined;
  const fixed = optionsFromShapes(shape, facts.shapes.keys()), positions = shape("pos_embed")?.[1];
  const merge = (asked: ModelFacts) =>
    mergeOptions<VimOptions>(asked, {
      model: "Vim",
      names: VIM_OPTION_NAMES,
      fixed,
      trained: optionsFromArgs(facts.trainingArgs),
      guessed: geometryFromPositions(fixed, positions),
      resolve: vimConfig,
    });
  const { options, sources } = merge(facts);
  const resolved = withResizedPositions(options, merge({ ...facts, options: {} }).options.img_size, facts, positions);
  const config = vimConfig(resolved);
  const variant = variantOf(resolved);
  return {
    family: "vim",
    task: "classify",
    ...(variant ? { variant } : {}),
    config,
    options: resolved as Record<string, unknown>,
    sources,
    spec: vimWeights(config),
    ignored: VIM_IGNORED,
    channels: config.channels,
    imageSize: config.imageSize,
    classes: config.classes,
    choices: VIM_CHOICES,
    forward: (ops, weights, image, tap, choices) =>
      vim(ops, weights as VimWeights, config, image, tap, choices as VimChoices | undefined),
  };
}

/** When the caller asks for another image size, the embedding is resized from the size `made` it was made for. */
function withResizedPositions(
  options: VimOptions,
  made: VimOptions["img_size"],
  facts: ModelFacts,
  positions: number | undefined,
): VimOptions {
  if (positions === undefined || options.pos_embed_resized_from !== undefined) return options;
  if (facts.options.img_size === undefined || made === undefined) return options;
  const { grid } = vimConfig(options), extra = options.if_cls_token ? options.use_double_cls_token ? 2 : 1 : 0;
  return grid[0] * grid[1] + extra === positions ? options : { ...options, pos_embed_resized_from: made };
}
