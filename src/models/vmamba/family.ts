/**
 * Recognises a VMamba from keys and shapes, also under the names of older files.
 *
 * @module
 */
import { type Rename, renamedShapes } from "../../checkpoint/renamed.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { mergeOptions, Numbered, ratioOf, variantOf } from "../options.ts";
import { vmamba, type VMambaWeights, vmambaWeights } from "./forward.ts";
import { VMAMBA_OPTION_NAMES, VMAMBA_VARIANTS, vmambaConfig, type VMambaOptions } from "./options.ts";

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
export const vmambaName: Rename = (key, shape) => {
  const name = NAMES.reduce((name, [pattern, official]) => name.replace(pattern, official), key);
  if (shape.length === 2 && /\.op\.(x_proj|dt_projs)_weight$/.test(name)) {
    return { name, shape: [4, shape[0]! / 4, shape[1]!] };
  }
  const point = shape.length === 4 && shape[2] === 1 && shape[3] === 1;
  return { name, shape: point && /\.(in_proj|out_proj|fc1|fc2|head)\.weight$/.test(name) ? shape.slice(0, 2) : shape };
};

type Shape = readonly number[];

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => Shape | undefined, keys: readonly string[]): VMambaOptions {
  const numbered = new Numbered(keys);
  const stages = numbered.count("layers"), block = "layers.0.blocks.0", op = `${block}.op`;
  const dims = Array.from({ length: stages }, (_, s) => shape(`layers.${s}.blocks.0.norm.weight`)?.[0] ?? 0);
  const inner = shape(`${op}.out_proj.weight`)?.[1] ?? dims[0]!;
  return {
    dims,
    depths: dims.map((_, s) => numbered.count(`layers.${s}.blocks`)),
    in_chans: shape("patch_embed.0.weight")![1]!,
    num_classes: shape("classifier.head.weight")?.[0] ?? 0,
    ssm_d_state: shape(`${op}.A_logs`)![1]!,
    ssm_ratio: ratioOf(inner, dims[0]!),
    ssm_conv_bias: !!shape(`${op}.conv2d.bias`),
    forward_type: shape(`${op}.in_proj.weight`)?.[0] === inner ? "v05_noz" : "v0",
    mlp_ratio: ratioOf(shape(`${block}.mlp.fc1.weight`)?.[0] ?? 0, dims[0]!),
    patchembed_version: shape("patch_embed.5.weight") ? "v2" : "v1",
    downsample_version: shape("layers.0.downsample.2.weight") ? "v1" : "v3",
  };
}

/**
 * Recognises a VMamba; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectVMamba(facts: ModelFacts): Detected | undefined {
  const shapes = renamedShapes(facts.shapes, vmambaName), shape = (key: string) => shapes.get(key);
  if (shape("layers.0.blocks.0.op.A_logs")?.length !== 2 || shape("patch_embed.0.weight")?.length !== 4) {
    return undefined;
  }
  const { options, sources } = mergeOptions<VMambaOptions>(facts, {
    model: "VMamba",
    names: VMAMBA_OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...shapes.keys()]),
    resolve: vmambaConfig,
  });
  const config = vmambaConfig(options);
  const variant = variantOf(VMAMBA_VARIANTS, vmambaConfig, { ...options, imgsize: 224 });
  return {
    family: "vmamba",
    task: "classify",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: vmambaWeights(config),
    rename: vmambaName,
    ignored: [],
    channels: config.channels,
    imageSize: [config.side, config.side],
    classes: config.classes,
    forward: (ops, weights, image, tap) => vmamba(ops, weights as VMambaWeights, config, image, tap),
  };
}
