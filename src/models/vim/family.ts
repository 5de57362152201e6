/**
 * Vision Mamba as one record.
 *
 * @module
 */
import { defineFamily, type ReadOptions } from "../define_family.ts";
import type { ModelFacts } from "../family.ts";
import type { Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { VIM_CHOICES, vimChoices } from "./choices.ts";
import { vim, VIM_IGNORED, vimWeights } from "./forward.ts";
import { VIM } from "./marks.ts";
import { VIM_DEFAULTS, VIM_VARIANTS, vimConfig, type VimOptions } from "./options.ts";
import { published } from "./published.ts";

const MIXER = "layers.0.mixer";

/** Tokens of a model that are no patches. */
const extraTokens = (o: VimOptions): number => o.if_cls_token ? o.use_double_cls_token ? 2 : 1 : 0;

function read(file: Reading): ReadOptions<VimOptions> | undefined {
  const embedding = file.sizes("patch_embed.proj.weight", 4);
  if (!embedding || !file.has(`${MIXER}.in_proj.weight`)) return undefined;
  const [width, channels, patch] = embedding;
  const part = (name: string) => file.shape(`${MIXER}.${name}`);
  const inner = part("out_proj.weight")?.[1] ?? 2 * width, twoWays = part("conv1d_b.weight") ?? part("A_b_log");
  const fixed = {
    embed_dim: width,
    channels,
    patch_size: patch,
    depth: file.count("layers"),
    d_state: part("A_log")?.[1] ?? 16,
    num_classes: file.shape("head.weight")?.[0] ?? 0,
    rms_norm: !file.has("norm_f.bias"),
    bimamba_type: twoWays ? part("x_proj_b.weight") ? "v2" : "v1" : "none",
    init_layer_scale: part("gamma") ? 1 : null,
    if_cls_token: file.has("cls_token") || file.has("cls_token_head"),
    use_double_cls_token: file.has("cls_token_head"),
    if_abs_pos_embed: file.has("pos_embed"),
    ...(file.has("rope.freqs_cos") ? { if_rope: true } : {}),
    ssm_cfg: {
      d_conv: part("conv1d.weight")?.[2] ?? 4,
      dt_rank: part("dt_proj.weight")?.[1] ?? Math.ceil(width / 16),
      expand: inner / width,
      conv_bias: !!part("conv1d.bias"),
      bias: !!part("in_proj.bias"),
    },
  } as const;
  return { fixed, guessed: geometry(patch, extraTokens(fixed), file.shape("pos_embed")?.[1]) };
}

/**
 * Image size and stride that give the grid of the position embedding. Several do: 384 with stride 8 has as many patches as
 * 752 with stride 16. Likeliest is a released size, then square patches side by side.
 */
function geometry(patch: number, extra: number, positions: number | undefined): VimOptions {
  const side = Math.sqrt((positions ?? 0) - extra);
  if (positions === undefined || !Number.isInteger(side)) return { stride: patch };
  if (patch === 16 && (side === 27 || side === 47)) return { img_size: 8 * side + 8, stride: 8 };
  return { img_size: patch * side, stride: patch };
}

/** Options read out of the model name in the `args` of an official training run. */
function trained(args: Readonly<Record<string, unknown>>): VimOptions {
  const name = typeof args.model === "string" && args.model.startsWith("vim_") ? args.model : undefined;
  const stride = /_stride(\d+)_/.exec(name ?? "")?.[1], pool = /_final_pool_(none|mean|max|all)/.exec(name ?? "")?.[1];
  return {
    ...(typeof args.input_size === "number" ? { img_size: args.input_size } : {}),
    ...(stride ? { stride: Number(stride) } : {}),
    ...(pool ? { final_pool_type: pool as "none" } : {}),
    ...(name && /_bimambav2/.test(name) ? { if_divide_out: /_div2/.test(name) } : {}),
    ...(name && /cls_?to?k/.test(name) ? { use_middle_cls_token: /mid(dle_)?_?cls/.test(name) } : {}),
    ...(name && /_rope/.test(name) ? { if_rope: true, if_rope_residual: /_rope_also_residual/.test(name) } : {}),
  };
}

/** When the caller asks for another image size, the embedding is resized from the size it was made for. */
function settle(options: VimOptions, facts: ModelFacts, own: () => VimOptions): VimOptions {
  const positions = facts.shapes.get("pos_embed")?.[1], made = own().img_size;
  if (positions === undefined || options.pos_embed_resized_from !== undefined) return options;
  if (facts.options.img_size === undefined || made === undefined) return options;
  const { grid } = vimConfig(options);
  return grid[0] * grid[1] + extraTokens(options) === positions
    ? options
    : { ...options, pos_embed_resized_from: made };
}

/** Vision Mamba. */
export const family = defineFamily({
  ...VIM,
  defaults: VIM_DEFAULTS,
  variants: VIM_VARIANTS,
  published,
  beside: ["final_pool_type"],
  resolve: vimConfig,
  read,
  trained,
  settle,
  weights: vimWeights,
  ignored: () => VIM_IGNORED,
  takes: ({ channels, imageSize }) => takesImage({ channels, size: imageSize }),
  gives: ({ classes }) => ({ kind: "classes", classes }),
  choices: VIM_CHOICES,
  forward: (ops, weights, config, image, { tap, choices }) =>
    vim(ops, weights, config, image, tap, vimChoices(choices)),
});
