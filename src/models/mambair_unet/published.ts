/**
 * What was published of MambaIR's U-Net.
 *
 * @module
 */
import type { Published } from "../published.ts";
import type { MAMBAIR_UNET_VARIANTS } from "./options.ts";

/** What was published of MambaIR's U-Net. */
export const published: Published<keyof typeof MAMBAIR_UNET_VARIANTS> = {
  paper:
    "Guo et al. 2024, MambaIR: A Simple Baseline for Image Restoration with State-Space Model, ECCV 2024, arXiv 2402.15648",
  repository: "https://github.com/csguoh/MambaIR",
  classes: ["MambaIRUNet"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified: "the official code at two small sizes with made weights, every tap",
  unverified: "the published PSNR, which needs the authors' files",
  variants: {
    "mambair-real-dn": {
      parameters: 26_779_480,
      figures: { "SIDD PSNR": 39.89, "DND PSNR": 40.04 },
      files: ["realDN.pth"],
    },
  },
};
