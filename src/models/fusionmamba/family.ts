/**
 * Recognises a FusionMamba from keys and shapes.
 *
 * @module
 */
import type { Tensor } from "../../tensor.ts";
import type { Detected, ModelFacts } from "../family.ts";
import { mergeOptions, variantOf } from "../options.ts";
import { fusionMamba, type FusionMambaWeights, fusionMambaWeights } from "./forward.ts";
import { FUSIONMAMBA_DEFAULTS, FUSIONMAMBA_VARIANTS, fusionMambaConfig, type FusionMambaOptions } from "./options.ts";

/** Side of the coarse image of the smallest run. */
const EXAMPLE = 4;

/**
 * Recognises a FusionMamba; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectFusionMamba(facts: ModelFacts): Detected | undefined {
  const pan = facts.shapes.get("raise_pan_dim.0.weight"), ms = facts.shapes.get("raise_ms_dim.0.weight");
  const upsample = facts.shapes.get("upsample.upsamle.0.weight");
  if (pan?.length !== 4 || ms?.length !== 4 || upsample?.length !== 4) return undefined;
  const { options, sources } = mergeOptions<FusionMambaOptions>(facts, {
    model: "FusionMamba",
    names: Object.keys(FUSIONMAMBA_DEFAULTS),
    fixed: { dim: pan[0]!, pan_dim: pan[1]!, ms_dim: ms[1]!, scale: Math.sqrt(upsample[0]! / ms[1]!) },
    resolve: fusionMambaConfig,
  });
  const config = fusionMambaConfig(options);
  const variant = variantOf<FusionMambaOptions, keyof typeof FUSIONMAMBA_VARIANTS>(
    FUSIONMAMBA_VARIANTS,
    fusionMambaConfig,
    options,
  );
  return {
    family: "fusionmamba",
    task: "fuse",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: fusionMambaWeights(config),
    ignored: [],
    channels: config.panChannels,
    scale: config.scale,
    example: {
      input: [1, EXAMPLE * config.scale, EXAMPLE * config.scale, config.panChannels],
      second: { ms: [1, EXAMPLE, EXAMPLE, config.bands] },
    },
    choices: ["ms"],
    forward: (ops, weights, image, tap, choices) =>
      fusionMamba(ops, weights as FusionMambaWeights, config, { pan: image, ms: coarseOf(choices?.ms) }, tap),
  };
}

/** The second input of a run. */
function coarseOf(ms: unknown): Tensor {
  if (typeof ms === "object" && ms !== null && "buffer" in ms) return ms as Tensor;
  throw new TypeError("Cannot run FusionMamba as the coarse image must be given as ms: it is missing; see fuse()");
}
