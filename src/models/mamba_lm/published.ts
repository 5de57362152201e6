/**
 * What was published of the Mamba language model.
 *
 * @module
 */
import type { Published } from "../published.ts";
import type { MambaLmVariant } from "./options.ts";

/** What was published of the Mamba language model. */
export const published: Published<MambaLmVariant> = {
  paper:
    "Gu and Dao 2023, Mamba: Linear-Time Sequence Modeling with Selective State Spaces, COLM 2024, arXiv 2312.00752",
  repository: "https://github.com/state-spaces/mamba",
  classes: ["MambaLMHeadModel"],
  licence: { code: "Apache-2.0", weights: "Apache-2.0" },
  verified: "the official code at three small sizes with made weights, every tap, all at once and token by token",
  unverified: "the published perplexities, which need the authors' files",
  variants: {
    "mamba-130m": { parameters: 129_135_360, files: ["state-spaces/mamba-130m", "state-spaces/mamba-130m-hf"] },
    "mamba-370m": { parameters: 371_516_416, files: ["state-spaces/mamba-370m", "state-spaces/mamba-370m-hf"] },
    "mamba-790m": { parameters: 793_204_224, files: ["state-spaces/mamba-790m", "state-spaces/mamba-790m-hf"] },
    "mamba-1.4b": { parameters: 1_372_178_432, files: ["state-spaces/mamba-1.4b", "state-spaces/mamba-1.4b-hf"] },
    "mamba-2.8b": { parameters: 2_768_345_600, files: ["state-spaces/mamba-2.8b", "state-spaces/mamba-2.8b-hf"] },
  },
};
