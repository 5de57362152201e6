/**
 * MambaOut as one record; it reads the names that timm gives its tensors too.
 *
 * @module
 */
import type { Rename } from "../../checkpoint/renamed.ts";
import { IMAGENET_EVALUATION } from "../../image/preprocess.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import type { Reading } from "../reading.ts";
import { takesImage } from "../takes.ts";
import { mambaout, mambaoutWeights } from "./forward.ts";
import { MAMBAOUT } from "./marks.ts";
import { MAMBAOUT_DEFAULTS, MAMBAOUT_VARIANTS, mambaoutConfig, type MambaOutOptions } from "./options.ts";
import { published } from "./published.ts";

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

const fromTimm: Rename = (key, shape) => {
  const [pattern, official] = TIMM.find(([pattern]) => pattern.test(key)) ?? [];
  return { name: pattern ? key.replace(pattern, official!) : key, shape };
};

function read(file: Reading): ReadOptions<MambaOutOptions> | undefined {
  const stem = file.sizes("downsample_layers.0.conv1.weight", 4);
  if (!stem || !file.has("stages.0.0.fc1.weight")) return undefined;
  const dims = Array.from(
    { length: file.count("stages") },
    (_, s) => file.shape(`stages.${s}.0.norm.weight`)?.[0] ?? 0,
  );
  const d = dims[0] ?? 0, hidden = file.shape("stages.0.0.fc2.weight")?.[1] ?? 0;
  const conv = file.shape("stages.0.0.conv.weight");
  return {
    fixed: {
      dims,
      depths: dims.map((_, s) => file.count(`stages.${s}`)),
      in_chans: stem[1],
      num_classes: file.shape("head.fc2.weight")?.[0] ?? 0,
      expansion_ratio: Math.floor(8 / 3 * d) === hidden ? 8 / 3 : hidden / d,
      conv_ratio: (conv?.[0] ?? d) / d,
      kernel_size: conv?.[2] ?? 7,
    },
  };
}

/** MambaOut. */
export const family = defineFamily({
  ...MAMBAOUT,
  defaults: MAMBAOUT_DEFAULTS,
  variants: MAMBAOUT_VARIANTS,
  published,
  beside: ["img_size"],
  resolve: mambaoutConfig,
  // `head.norm` stands for two things, so another key says whose names these are.
  rename: (keys) => keys.has("stem.conv1.weight") ? fromTimm : undefined,
  read,
  weights: mambaoutWeights,
  takes: ({ channels, side }) => takesImage({ channels, size: [side, side] }),
  gives: ({ classes }) => ({ kind: "classes", classes }),
  // Evaluated without a margin: the shorter side becomes the crop's.
  preprocessing: ({ side }) => ({ ...IMAGENET_EVALUATION, resize: side, crop: side }),
  forward: (ops, weights, config, image, { tap }) => mambaout(ops, weights, config, image, tap),
});
