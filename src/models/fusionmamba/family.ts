/**
 * FusionMamba as one record.
 *
 * @module
 */
import type { Tensor } from "../../tensor.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import type { Reading } from "../reading.ts";
import { takesPair } from "../takes.ts";
import { fusionMamba, fusionMambaWeights } from "./forward.ts";
import { FUSIONMAMBA } from "./marks.ts";
import {
  FUSIONMAMBA_DEFAULTS,
  FUSIONMAMBA_MULTIPLE,
  FUSIONMAMBA_VARIANTS,
  fusionMambaConfig,
  type FusionMambaOptions,
} from "./options.ts";
import { published } from "./published.ts";

function read(file: Reading): ReadOptions<FusionMambaOptions> | undefined {
  const pan = file.sizes("raise_pan_dim.0.weight", 4), ms = file.sizes("raise_ms_dim.0.weight", 4);
  const upsample = file.sizes("upsample.upsamle.0.weight", 4);
  if (!pan || !ms || !upsample) return undefined;
  return { fixed: { dim: pan[0], pan_dim: pan[1], ms_dim: ms[1], scale: Math.sqrt(upsample[0] / ms[1]) } };
}

/** The second input of a run. */
function coarseOf(ms: unknown): Tensor {
  if (typeof ms === "object" && ms !== null && "buffer" in ms) return ms as Tensor;
  throw new TypeError("Cannot run FusionMamba as the coarse image must be given as ms: it is missing; see fuse()");
}

/** FusionMamba. */
export const family = defineFamily({
  ...FUSIONMAMBA,
  defaults: FUSIONMAMBA_DEFAULTS,
  variants: FUSIONMAMBA_VARIANTS,
  published,
  beside: ["H", "W"],
  resolve: fusionMambaConfig,
  read,
  weights: fusionMambaWeights,
  takes: ({ panChannels, bands, scale }) =>
    takesPair({ channels: panChannels, bands, scale, multiple: FUSIONMAMBA_MULTIPLE }),
  gives: ({ scale }) => ({ kind: "image", scale }),
  choices: ["ms"],
  forward: (ops, weights, config, pan, { tap, choices }) =>
    fusionMamba(ops, weights, config, { pan, ms: coarseOf(choices.ms) }, tap),
});
