/**
 * MambaIRv2 as one record.
 *
 * @module
 */
import { readUpsampling } from "../blocks/restoration_frame.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import { ratioOf, type Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { mambairv2, MAMBAIRV2_IGNORED, type MambaIRv2Run, mambairv2Weights } from "./forward.ts";
import { MAMBAIRV2 } from "./marks.ts";
import { MAMBAIRV2_DEFAULTS, MAMBAIRV2_VARIANTS, mambairv2Config, type MambaIRv2Options } from "./options.ts";
import { published } from "./published.ts";

const layerOf = (g: number): string => `layers.${g}.residual_group.layers.0`;

function read(file: Reading): ReadOptions<MambaIRv2Options> | undefined {
  const first = file.sizes("conv_first.weight", 4), layer = layerOf(0);
  if (!first || !file.has(`${layer}.assm.selectiveScan.x_proj_weight`)) return undefined;
  const [width, channels] = first, groups = file.count("layers");
  const table = (g: number) => file.shape(`${layerOf(g)}.win_mhsa.relative_position_bias_table`);
  const list = (count: (g: number) => number) => Array.from({ length: groups }, (_, g) => count(g));
  const light = file.shape(`${layer}.convffn1.sg.conv.weight`);
  const filter = light ?? file.shape(`${layer}.convffn1.dwconv.depthwise_conv.0.weight`);
  return {
    fixed: {
      form: light ? "light" : "base",
      in_chans: channels,
      embed_dim: width,
      depths: list((g) => file.count(`layers.${g}.residual_group.layers`)),
      num_heads: list((g) => table(g)?.[1] ?? 1),
      window_size: (Math.sqrt(table(0)?.[0] ?? 961) + 1) / 2,
      d_state: file.shape(`${layer}.assm.selectiveScan.A_logs`)?.[1] ?? 16,
      inner_rank: file.shape(`${layer}.embeddingA.weight`)?.[0] ?? 64,
      num_tokens: file.shape(`${layer}.assm.embeddingB.weight`)?.[0] ?? 128,
      convffn_kernel_size: filter?.[2] ?? 5,
      mlp_ratio: ratioOf(file.shape(`${layer}.convffn1.fc1.weight`)?.[0] ?? 2 * width, width),
      qkv_bias: file.has(`${layer}.wqkv.bias`),
      patch_norm: file.has("patch_embed.norm.weight"),
      resi_connection: file.has("layers.0.conv.0.weight") ? "3conv" : "1conv",
      ...(file.has("conv_up1.weight")
        ? { upsampler: "nearest+conv", upscale: 4 } as const
        : readUpsampling(file, channels)),
    },
  };
}

/** Values that a run adds to the scores instead of those that a seed gives. */
const noiseOf = (noise: unknown): MambaIRv2Run["noise"] =>
  typeof noise === "function" ? noise as MambaIRv2Run["noise"] : undefined;

/** MambaIRv2. */
export const family = defineFamily({
  ...MAMBAIRV2,
  defaults: MAMBAIRV2_DEFAULTS,
  variants: MAMBAIRV2_VARIANTS,
  published,
  beside: ["routing", "seed"],
  resolve: mambairv2Config,
  read,
  weights: mambairv2Weights,
  ignored: () => MAMBAIRV2_IGNORED,
  takes: ({ frame: { channels } }) => takesImage({ channels }),
  gives: ({ frame: { scale } }) => ({ kind: "image", scale }),
  choices: ["routing", "seed"],
  forward: (ops, weights, config, image, { tap, choices: { noise, ...choices }, options }) => {
    const { seed } = mambairv2Config({ ...options, ...choices });
    return mambairv2(ops, weights, { ...config, seed }, image, { tap, noise: noiseOf(noise) });
  },
});
