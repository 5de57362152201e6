/**
 * MambaIR's U-Net as one record.
 *
 * @module
 */
import { defineFamily, type ReadOptions } from "../define_family.ts";
import { ratioOf, type Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { mambairUNet, mambairUNetWeights } from "./forward.ts";
import { MAMBAIR_UNET } from "./marks.ts";
import {
  MAMBAIR_UNET_DEFAULTS,
  MAMBAIR_UNET_VARIANTS,
  mambairUNetConfig,
  type MambaIRUNetOptions,
  UNET_MULTIPLE,
} from "./options.ts";
import { published } from "./published.ts";

const LEVELS = ["encoder_level1", "encoder_level2", "encoder_level3", "latent"];

function read(file: Reading): ReadOptions<MambaIRUNetOptions> | undefined {
  const first = file.sizes("patch_embed.proj.weight", 4);
  if (!first || !file.has("encoder_level1.0.self_attention.x_proj_weight")) return undefined;
  const [dim, channels] = first;
  return {
    fixed: {
      inp_channels: channels,
      out_channels: file.shape("output.weight")?.[0] ?? channels,
      dim,
      num_blocks: LEVELS.map((level) => file.count(level)),
      mlp_ratio: ratioOf(file.shape("encoder_level1.0.self_attention.out_proj.weight")?.[1] ?? 2 * dim, dim),
      num_refinement_blocks: file.count("refinement"),
      bias: file.has("output.bias"),
      dual_pixel_task: file.has("skip_conv.weight"),
      d_states: LEVELS.map((level) => file.shape(`${level}.0.self_attention.A_logs`)?.[1] ?? 16),
    },
  };
}

/** MambaIR's U-Net. */
export const family = defineFamily({
  ...MAMBAIR_UNET,
  defaults: MAMBAIR_UNET_DEFAULTS,
  variants: MAMBAIR_UNET_VARIANTS,
  published,
  resolve: mambairUNetConfig,
  read,
  weights: mambairUNetWeights,
  takes: ({ channels }) => takesImage({ channels, multiple: UNET_MULTIPLE }),
  gives: () => ({ kind: "image", scale: 1 }),
  forward: (ops, weights, config, image, { tap }) => mambairUNet(ops, weights, config, image, tap),
});
