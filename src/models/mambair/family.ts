/**
 * MambaIR as one record.
 *
 * @module
 */
import { readUpsampling } from "../blocks/restoration_frame.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import { ratioOf, type Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { mambair, mambairWeights } from "./forward.ts";
import { MAMBAIR } from "./marks.ts";
import { MAMBAIR_DEFAULTS, MAMBAIR_VARIANTS, mambairConfig, type MambaIROptions } from "./options.ts";
import { published } from "./published.ts";

const BLOCK = "layers.0.residual_group.blocks.0", SCAN = `${BLOCK}.self_attention`;

function read(file: Reading): ReadOptions<MambaIROptions> | undefined {
  const first = file.sizes("conv_first.weight", 4);
  if (!first || !file.has(`${SCAN}.x_proj_weight`)) return undefined;
  const [width, channels] = first, head = readUpsampling(file, channels);
  const generation = file.has(`${BLOCK}.conv_blk.cab.1.attention.1.weight`)
    ? 1
    : file.has(`${BLOCK}.conv_blk.cab.5.attention.1.weight`)
    ? 3
    : 2;
  return {
    fixed: {
      in_chans: channels,
      embed_dim: width,
      depths: Array.from({ length: file.count("layers") }, (_, g) => file.count(`layers.${g}.residual_group.blocks`)),
      d_state: file.shape(`${SCAN}.A_logs`)?.[1] ?? 16,
      mlp_ratio: ratioOf(file.shape(`${SCAN}.out_proj.weight`)?.[1] ?? 2 * width, width),
      patch_norm: file.has("patch_embed.norm.weight"),
      resi_connection: file.has("layers.0.conv.0.weight") ? "3conv" : "1conv",
      ...head,
      ...(head.upsampler === "pixelshuffledirect" ? { cab_generation: generation } : {}),
    },
  };
}

/** MambaIR. */
export const family = defineFamily({
  ...MAMBAIR,
  defaults: MAMBAIR_DEFAULTS,
  variants: MAMBAIR_VARIANTS,
  published,
  resolve: mambairConfig,
  read,
  weights: mambairWeights,
  takes: ({ frame: { channels } }) => takesImage({ channels }),
  gives: ({ frame: { scale } }) => ({ kind: "image", scale }),
  forward: (ops, weights, config, image, { tap }) => mambair(ops, weights, config, image, tap),
});
