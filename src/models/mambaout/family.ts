/**
 * Recognises a MambaOut from keys and shapes, also under the names that timm gives its tensors.
 *
 * @module
 */
import { type Rename, renamedShapes } from "../../checkpoint/renamed.ts";
import { IMAGENET_EVALUATION } from "../../image/preprocess.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { mergeOptions, Numbered, variantOf } from "../options.ts";
import { mambaout, type MambaOutWeights, mambaoutWeights } from "./forward.ts";
import { MAMBAOUT_OPTION_NAMES, MAMBAOUT_VARIANTS, mambaoutConfig, type MambaOutOptions } from "./options.ts";

/** timm's names; the first two of `head` come before the official ones that they would be taken for. */
const TIMM: readonly (readonly [pattern: RegExp, official: string])[] = [
  [/^stem\./, "downsample_layers.0."],
  [/^stages\.(\d+)\.downsample\./, "downsample_layers.$1."],
  [/^stages\.(\d+)\.blocks\./, "stages.$1."],
  [/^head\.norm\./, "norm."],
  [/^head\.pre_logits\.fc\./, "head.fc1."],
  [/^head\.pre_logits\.norm\./, "head.norm."],
  [/^head\.fc\./, "head.fc2."],
];

const same: Rename = (name, shape) => ({ name, shape });
const fromTimm: Rename = (key, shape) => {
  const [pattern, official] = TIMM.find(([pattern]) => pattern.test(key)) ?? [];
  return { name: pattern ? key.replace(pattern, official!) : key, shape };
};

/** How the names of a checkpoint become the official ones: `head.norm` stands for two things, so one key says whose it is. */
export const mambaoutNames = (keys: { has(key: string): boolean }): Rename =>
  keys.has("stem.conv1.weight") ? fromTimm : same;

type Shape = readonly number[];

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => Shape | undefined, keys: readonly string[]): MambaOutOptions {
  const numbered = new Numbered(keys);
  const dims = Array.from(
    { length: numbered.count("stages") },
    (_, s) => shape(`stages.${s}.0.norm.weight`)?.[0] ?? 0,
  );
  const d = dims[0]!, hidden = shape("stages.0.0.fc2.weight")?.[1] ?? 0, conv = shape("stages.0.0.conv.weight");
  return {
    dims,
    depths: dims.map((_, s) => numbered.count(`stages.${s}`)),
    in_chans: shape("downsample_layers.0.conv1.weight")![1]!,
    num_classes: shape("head.fc2.weight")?.[0] ?? 0,
    expansion_ratio: Math.floor(8 / 3 * d) === hidden ? 8 / 3 : hidden / d,
    conv_ratio: (conv?.[0] ?? d) / d,
    kernel_size: conv?.[2] ?? 7,
  };
}

/**
 * Recognises a MambaOut; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectMambaOut(facts: ModelFacts): Detected | undefined {
  const rename = mambaoutNames(facts.shapes);
  const shapes = renamedShapes(facts.shapes, rename), shape = (key: string) => shapes.get(key);
  if (shape("downsample_layers.0.conv1.weight")?.length !== 4 || !shape("stages.0.0.fc1.weight")) return undefined;
  const { options, sources } = mergeOptions<MambaOutOptions>(facts, {
    model: "MambaOut",
    names: MAMBAOUT_OPTION_NAMES,
    fixed: optionsFromShapes(shape, [...shapes.keys()]),
    resolve: mambaoutConfig,
  });
  const config = mambaoutConfig(options);
  const variant = variantOf(MAMBAOUT_VARIANTS, mambaoutConfig, { ...options, img_size: 224 });
  return {
    family: "mambaout",
    task: "classify",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: mambaoutWeights(config),
    rename,
    ignored: [],
    channels: config.channels,
    imageSize: [config.side, config.side],
    classes: config.classes,
    // Evaluated without a margin: the shorter side becomes the crop's.
    preprocessing: { ...IMAGENET_EVALUATION, resize: config.side, crop: config.side },
    forward: (ops, weights, image, tap) => mambaout(ops, weights as MambaOutWeights, config, image, tap),
  };
}
