/**
 * What was published of MambaIR.
 *
 * @module
 */
import { psnrOf, type Published } from "../published.ts";
import type { MambaIRVariant } from "./options.ts";

/** What was published of MambaIR. The light nets of 2024-03 are those of the published table; 2024-10 has its own. */
export const published: Published<MambaIRVariant> = {
  paper:
    "Guo et al. 2024, MambaIR: A Simple Baseline for Image Restoration with State-Space Model, ECCV 2024, arXiv 2402.15648",
  repository: "https://github.com/csguoh/MambaIR",
  classes: ["MambaIR"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified: "the official code at five published sizes and 18 small ones with made weights, every tap",
  unverified: "the published PSNR, which needs the authors' files",
  variants: {
    "mambair-classic-x2": { parameters: 20_421_863, figures: psnrOf(38.57, 34.67, 32.58, 34.15, 40.28) },
    "mambair-classic-x3": { parameters: 20_606_503, figures: psnrOf(35.08, 30.99, 29.51, 29.93, 35.43) },
    "mambair-classic-x4": {
      parameters: 20_569_575,
      figures: psnrOf(33.03, 29.20, 27.98, 27.68, 32.32),
      files: ["MambaIR_classicSRx4.pth", "MambaIR-real.pth"],
    },
    "mambair-light-x2": { parameters: 905_016, figures: psnrOf(38.13, 33.95, 32.31, 32.85, 39.20) },
    "mambair-light-x3": { parameters: 913_131, figures: psnrOf(34.63, 30.54, 29.23, 28.70, 34.12) },
    "mambair-light-x4": { parameters: 924_492, figures: psnrOf(32.42, 28.74, 27.68, 26.52, 30.94) },
    "mambair-light-2024-02-x2": { parameters: 933_672, figures: { "Urban100 PSNR": 32.86 } },
    "mambair-light-2024-02-x3": { parameters: 941_787, figures: { "Urban100 PSNR": 28.73 } },
    "mambair-light-2024-02-x4": { parameters: 953_148, figures: { "Urban100 PSNR": 26.53 } },
    "mambair-light-2024-03-x2": { parameters: 1_363_320, figures: psnrOf(38.16, 34.00, 32.34, 32.92, 39.31) },
    "mambair-light-2024-03-x3": { parameters: 1_371_435, figures: psnrOf(34.72, 30.63, 29.29, 29.00, 34.39) },
    "mambair-light-2024-03-x4": { parameters: 1_382_796, figures: psnrOf(32.51, 28.85, 27.75, 26.75, 31.26) },
    "mambair-color-dn": {
      parameters: 15_777_507,
      figures: { "CBSD68 PSNR at σ 15": 34.43, "CBSD68 PSNR at σ 25": 31.80, "CBSD68 PSNR at σ 50": 28.61 },
      files: ["ColorDN_MambaIR_level15.pth", "ColorDN_MambaIR_level25.pth", "ColorDN_MambaIR_level50.pth"],
    },
    "mambair-gray-car": {
      parameters: 15_771_025,
      figures: { "Classic5 PSNR at q 10": 30.27, "Classic5 PSNR at q 30": 33.74, "Classic5 PSNR at q 40": 34.53 },
    },
  },
};
