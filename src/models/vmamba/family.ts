/**
 * VMamba as one record; it reads the names of older files too.
 *
 * @module
 */
import type { Rename } from "../../checkpoint/renamed.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import { ratioOf, type Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { vmamba, vmambaWeights } from "./forward.ts";
import { VMAMBA } from "./marks.ts";
import { VMAMBA_DEFAULTS, VMAMBA_VARIANTS, vmambaConfig, type VMambaOptions } from "./options.ts";
import { published } from "./published.ts";

/** Older names, as the official loader changes them; and those of the one-file version of the code. */
const NAMES: readonly (readonly [pattern: RegExp, official: string])[] = [
  [/^patch_embed\.proj\./, "patch_embed.0."],
  [/^patch_embed\.norm\./, "patch_embed.2."],
  [/\.ln_1\./, ".norm."],
  [/\.self_attention\./, ".op."],
  [/\.downsample\.norm\./, ".downsample.1."],
  [/\.downsample\.reduction\./, ".downsample.2."],
  [/\.op\.x_proj\.weight$/, ".op.x_proj_weight"],
  [/\.op\.dt_projs\.weight$/, ".op.dt_projs_weight"],
  [/^(norm|head)\./, "classifier.$1."],
];

/** The released name and shape of a tensor. Products may be stored as 1 × 1 convolutions, four directions in one matrix. */
const vmambaName: Rename = (key, shape) => {
  const name = NAMES.reduce((name, [pattern, official]) => name.replace(pattern, official), key);
  if (shape.length === 2 && /\.op\.(x_proj|dt_projs)_weight$/.test(name)) {
    return { name, shape: [4, shape[0]! / 4, shape[1]!] };
  }
  const point = shape.length === 4 && shape[2] === 1 && shape[3] === 1;
  return { name, shape: point && /\.(in_proj|out_proj|fc1|fc2|head)\.weight$/.test(name) ? shape.slice(0, 2) : shape };
};

const BLOCK = "layers.0.blocks.0", OP = `${BLOCK}.op`;

function read(file: Reading): ReadOptions<VMambaOptions> | undefined {
  const scan = file.sizes(`${OP}.A_logs`, 2), embedding = file.sizes("patch_embed.0.weight", 4);
  if (!scan || !embedding) return undefined;
  const stages = file.count("layers");
  const dims = Array.from({ length: stages }, (_, s) => file.shape(`layers.${s}.blocks.0.norm.weight`)?.[0] ?? 0);
  const width = dims[0] ?? 0, inner = file.shape(`${OP}.out_proj.weight`)?.[1] ?? width;
  return {
    fixed: {
      dims,
      depths: dims.map((_, s) => file.count(`layers.${s}.blocks`)),
      in_chans: embedding[1],
      num_classes: file.shape("classifier.head.weight")?.[0] ?? 0,
      ssm_d_state: scan[1],
      ssm_ratio: ratioOf(inner, width),
      ssm_conv_bias: file.has(`${OP}.conv2d.bias`),
      forward_type: file.shape(`${OP}.in_proj.weight`)?.[0] === inner ? "v05_noz" : "v0",
      mlp_ratio: ratioOf(file.shape(`${BLOCK}.mlp.fc1.weight`)?.[0] ?? 0, width),
      patchembed_version: file.has("patch_embed.5.weight") ? "v2" : "v1",
      downsample_version: file.has("layers.0.downsample.2.weight") ? "v1" : "v3",
    },
  };
}

/** VMamba. */
export const family = defineFamily({
  ...VMAMBA,
  defaults: VMAMBA_DEFAULTS,
  variants: VMAMBA_VARIANTS,
  published,
  beside: ["imgsize"],
  resolve: vmambaConfig,
  rename: () => vmambaName,
  read,
  weights: vmambaWeights,
  takes: ({ channels, side }) => takesImage({ channels, size: [side, side] }),
  gives: ({ classes }) => ({ kind: "classes", classes }),
  forward: (ops, weights, config, image, { tap }) => vmamba(ops, weights, config, image, tap),
});
