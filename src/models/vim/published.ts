/**
 * What was published of Vision Mamba.
 *
 * @module
 */
import { type Published, top1 } from "../published.ts";
import type { VimVariant } from "./options.ts";

/** A file on the authors' page at Hugging Face: four times the weights, with EMA and optimizer. */
const file = (repository: string, name: string, megabytes: number, more: { readonly sha256?: string } = {}) => ({
  files: [name],
  released: {
    ...{ url: `https://huggingface.co/hustvl/${repository}/resolve/main/${name}`, megabytes, tried: false },
    ...more,
  },
});

/** What was published of Vision Mamba; `plus` are the ones fine-tuned at stride 8. */
export const published: Published<VimVariant> = {
  paper:
    "Zhu et al. 2024, Vision Mamba: Efficient Visual Representation Learning with Bidirectional State Space Model, ICML 2024, arXiv 2401.09417",
  repository: "https://github.com/hustvl/Vim",
  classes: ["VisionMamba"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified: "the official code at four published sizes and 41 small ones with made weights, every tap",
  unverified: "the published accuracy: it needs released files and ImageNet",
  variants: {
    "vim-tiny": {
      parameters: 7_148_008,
      figures: top1(76.1, 93.0),
      ...file("Vim-tiny-midclstok", "vim_t_midclstok_76p1acc.pth", 109.7),
    },
    "vim-tiny-plus": {
      parameters: 7_250_344,
      figures: top1(78.3, 94.2),
      ...file("Vim-tiny-midclstok", "vim_t_midclstok_ft_78p3acc.pth", 111.2),
    },
    "vim-small": {
      parameters: 25_796_584,
      figures: top1(80.5, 95.1),
      ...file("Vim-small-midclstok", "vim_s_midclstok_80p5acc.pth", 394.2, {
        // as a public experiment states it that fetched the file at revision babc4440f5fab6e08d97e371afa639c8cf98bf2c
        sha256: "aae4583e2def6389b66cfaf292cfade47a873182a39adbec19ec55b730ea9fe3",
      }),
    },
    "vim-small-plus": {
      parameters: 26_001_256,
      figures: top1(81.6, 95.4),
      ...file("Vim-small-midclstok", "vim_s_midclstok_ft_81p6acc.pth", 397.4),
    },
    "vim-base": {
      parameters: 97_598_440,
      figures: top1(81.9, 95.8),
      ...file("Vim-base-midclstok", "vim_b_midclstok_81p9acc.pth", 1489.8),
    },
  },
};
