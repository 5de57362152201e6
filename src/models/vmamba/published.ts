/**
 * What was published of VMamba.
 *
 * @module
 */
import { type Published, top1 } from "../published.ts";
import type { VMambaVariant } from "./options.ts";

/** What was published of VMamba. */
export const published: Published<VMambaVariant> = {
  paper: "Liu et al. 2024, VMamba: Visual State Space Model, NeurIPS 2024, arXiv 2401.10166",
  repository: "https://github.com/MzeroMiko/VMamba",
  classes: ["VSSM"],
  licence: { code: "MIT", weights: "MIT" },
  verified: "the official code at seven small sizes with made weights, every tap",
  unverified: "the published accuracy, which needs the authors' files and ImageNet",
  variants: {
    "vmamba-v0-tiny": { parameters: 22_893_448, figures: top1(82.2), files: ["vssmtiny_dp01_ckpt_epoch_292.pth"] },
    "vmamba-v0-small": { parameters: 44_417_416, figures: top1(83.5), files: ["vssmsmall_dp03_ckpt_epoch_238.pth"] },
    "vmamba-v0-base": { parameters: 76_254_056, figures: top1(83.7), files: ["vssmbase_dp06_ckpt_epoch_241.pth"] },
    "vmamba-tiny-s2l5": { parameters: 30_705_832, figures: top1(82.5), files: ["vssm_tiny_0230_ckpt_epoch_262.pth"] },
    "vmamba-small-s2l15": {
      parameters: 50_147_752,
      figures: top1(83.6),
      files: ["vssm_small_0229_ckpt_epoch_222.pth"],
    },
    "vmamba-base-s2l15": { parameters: 88_557_800, figures: top1(83.9), files: ["vssm_base_0229_ckpt_epoch_237.pth"] },
    "vmamba-tiny-s1l8": { parameters: 30_249_064, figures: top1(82.6), files: ["vssm1_tiny_0230s_ckpt_epoch_264.pth"] },
    "vmamba-small-s1l20": {
      parameters: 49_012_840,
      figures: top1(83.3),
      files: ["vssm1_small_0229s_ckpt_epoch_240.pth"],
    },
    "vmamba-base-s1l20": {
      parameters: 86_614_504,
      figures: top1(83.8),
      files: ["vssm1_base_0229s_ckpt_epoch_225.pth"],
    },
  },
};
