/**
 * What was published of MambaIRv2.
 *
 * @module
 */
import { psnrOf, type Published, type PublishedVariant } from "../published.ts";
import type { MambaIRv2Variant } from "./options.ts";

const filesOf = (...names: readonly string[]) => names.map((name) => `mambairv2_${name}.pth`);
const sr = (file: string, parameters: number, ...psnr: readonly number[]): PublishedVariant => ({
  parameters,
  figures: psnrOf(...psnr),
  files: filesOf(file),
});

/** What was published of MambaIRv2. */
export const published: Published<MambaIRv2Variant> = {
  paper: "Guo et al. 2025, MambaIRv2: Attentive State Space Restoration, CVPR 2025, arXiv 2411.15269",
  repository: "https://github.com/csguoh/MambaIR",
  classes: ["MambaIRv2", "MambaIRv2Light"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified:
    "the official code at two published sizes and nine small ones with made weights and given noise, every tap and every route",
  unverified: "the published PSNR, which needs the authors' files and is of one draw of the noise",
  variants: {
    "mambairv2-light-x2": sr("lightSR_x2", 774_092, 38.26, 34.09, 32.36, 33.26, 39.35),
    "mambairv2-light-x3": sr("lightSR_x3", 780_587, 34.71, 30.68, 29.26, 29.01, 34.41),
    "mambairv2-light-x4": sr("lightSR_x4", 789_680, 32.51, 28.84, 27.75, 26.82, 31.24),
    "mambairv2-small-x2": sr("classicSR_Small_x2", 9_621_935, 38.53, 34.62, 32.59, 34.24, 40.27),
    "mambairv2-small-x3": sr("classicSR_Small_x3", 9_806_575, 35.09, 31.07, 29.51, 30.08, 35.44),
    "mambairv2-small-x4": sr("classicSR_Small_x4", 9_769_647, 32.99, 29.23, 27.97, 27.73, 32.33),
    "mambairv2-base-x2": sr("classicSR_Base_x2", 22_903_001, 38.65, 34.89, 32.62, 34.49, 40.42),
    "mambairv2-base-x3": sr("classicSR_Base_x3", 23_087_641, 35.18, 31.12, 29.55, 30.28, 35.61),
    "mambairv2-base-x4": sr("classicSR_Base_x4", 23_050_713, 33.14, 29.23, 28.00, 27.89, 32.57),
    "mambairv2-large-x2": sr("classicSR_Large_x2", 34_090_523, 38.65, 34.93, 32.62, 34.60, 40.55),
    "mambairv2-large-x3": sr("classicSR_Large_x3", 34_275_163, 35.16, 31.18, 29.57, 30.34, 35.72),
    "mambairv2-large-x4": sr("classicSR_Large_x4", 34_238_235, 33.19, 29.29, 28.01, 28.07, 32.66),
    "mambairv2-color-dn": { parameters: 22_657_971, files: filesOf("ColorDN_15") },
    "mambairv2-gray-car": { parameters: 22_651_705, files: filesOf("jpeg_q10", "jpeg_q30", "jpeg_q40") },
  },
};
