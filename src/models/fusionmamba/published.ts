/**
 * What was published of FusionMamba.
 *
 * @module
 */
import type { Published } from "../published.ts";
import type { FUSIONMAMBA_VARIANTS } from "./options.ts";

/** What was published of FusionMamba. */
export const published: Published<keyof typeof FUSIONMAMBA_VARIANTS> = {
  paper:
    "Peng et al. 2024, FusionMamba: Efficient Remote Sensing Image Fusion with State Space Model, TGRS 2024, arXiv 2404.07932",
  repository: "https://github.com/PSRben/FusionMamba",
  classes: ["U2Net"],
  licence: { code: "none stated", weights: "none stated" },
  verified: "the official code at three small sizes and every mixer form with made weights, every tap",
  unverified: "the published quality, which needs WorldView-3 scenes",
  variants: {
    "fusionmamba-wv3": { parameters: 735_401, files: ["weights/420.pth"] },
  },
};
