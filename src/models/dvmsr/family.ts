/**
 * DVMSR as one record.
 *
 * @module
 */
import { readUpsampling } from "../blocks/restoration_frame.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import { ratioOf, type Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { dvmsr, dvmsrWeights } from "./forward.ts";
import { DVMSR } from "./marks.ts";
import { DVMSR_DEFAULTS, DVMSR_VARIANTS, dvmsrConfig, type DvmsrOptions } from "./options.ts";
import { published } from "./published.ts";

const MIXER = "layers.0.residual_group.blocks.0.mixer";

function read(file: Reading): ReadOptions<DvmsrOptions> | undefined {
  const first = file.sizes("conv_first.weight", 4);
  if (!first || !file.has(`${MIXER}.in_proj.weight`)) return undefined;
  const [width, channels] = first;
  return {
    fixed: {
      depths: Array.from({ length: file.count("layers") }, (_, g) => file.count(`layers.${g}.residual_group.blocks`)),
      embed_dim: width,
      channels,
      ssm_cfg: {
        d_state: file.shape(`${MIXER}.A_log`)?.[1] ?? 16,
        d_conv: file.shape(`${MIXER}.conv1d.weight`)?.[2] ?? 4,
        expand: ratioOf(file.shape(`${MIXER}.out_proj.weight`)?.[1] ?? 2 * width, width),
        dt_rank: file.shape(`${MIXER}.dt_proj.weight`)?.[1] ?? Math.ceil(width / 16),
      },
      rms_norm: !file.has("norm_f.bias"),
      patch_norm: file.has("patch_embed.norm.weight"),
      resi_connection: file.has("layers.0.conv.0.weight") ? "3conv" : "1conv",
      ...readUpsampling(file, channels),
    },
  };
}

/** DVMSR. */
export const family = defineFamily({
  ...DVMSR,
  defaults: DVMSR_DEFAULTS,
  variants: DVMSR_VARIANTS,
  published,
  resolve: dvmsrConfig,
  read,
  weights: dvmsrWeights,
  takes: ({ frame: { channels } }) => takesImage({ channels }),
  gives: ({ frame: { scale } }) => ({ kind: "image", scale }),
  forward: (ops, weights, config, image, { tap }) => dvmsr(ops, weights, config, image, tap),
});
