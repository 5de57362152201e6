/**
 * What was published of DVMSR.
 *
 * @module
 */
import { psnrOf, type Published } from "../published.ts";
import type { DVMSR_VARIANTS } from "./options.ts";

/** What was published of DVMSR. */
export const published: Published<keyof typeof DVMSR_VARIANTS> = {
  paper:
    "Lei et al. 2024, DVMSR: Distillated Vision Mamba for Efficient Super-Resolution, NTIRE 2024, arXiv 2405.03008",
  repository: "https://github.com/nathan66666/DVMSR",
  classes: ["DVMSR"],
  licence: { code: "MIT", weights: "MIT" },
  verified:
    "the official code at three small sizes with made weights, every tap; the published PSNR with the authors' file",
  unverified: "nothing",
  variants: {
    "dvmsr-x4": { parameters: 424_428, figures: psnrOf(32.20, 28.63), files: ["DVMSR.pth"] },
  },
};
