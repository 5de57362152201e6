/**
 * What was published of MambaOut.
 *
 * @module
 */
import { type Published, top1 } from "../published.ts";
import type { MambaOutVariant } from "./options.ts";

/** What was published of MambaOut. */
export const published: Published<MambaOutVariant> = {
  paper: "Yu and Wang 2025, MambaOut: Do We Really Need Mamba for Vision?, CVPR 2025, arXiv 2405.07992",
  repository: "https://github.com/yuweihao/MambaOut",
  classes: ["MambaOut"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified: "the official code at three small sizes and timm's at all published sizes with made weights, every tap",
  unverified: "the published accuracy, which needs the authors' files and ImageNet",
  variants: {
    "mambaout-femto": { parameters: 7_304_536, figures: top1(78.9), files: ["mambaout_femto.pth"] },
    "mambaout-kobe": { parameters: 9_141_208, figures: top1(80.0), files: ["mambaout_kobe.pth"] },
    "mambaout-tiny": { parameters: 26_545_096, figures: top1(82.7), files: ["mambaout_tiny.pth"] },
    "mambaout-small": { parameters: 48_488_072, figures: top1(84.1), files: ["mambaout_small.pth"] },
    "mambaout-base": { parameters: 84_813_092, figures: top1(84.2), files: ["mambaout_base.pth"] },
  },
};
