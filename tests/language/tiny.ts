/** A language model of 2 layers and 40 tokens, made by formula, in both checkpoint layouts. */
import type { Checkpoint, Entry } from "../../src/checkpoint/checkpoint.ts";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { mambaLmWeights } from "../../src/models/mamba_lm/forward.ts";
import { mambaLmConfig } from "../../src/models/mamba_lm/options.ts";
import { formulaCheckpoint } from "../golden_runner/formula.ts";

/** Sizes of the model. */
export const TINY = { d_model: 16, n_layer: 2, vocab_size: 37 } as const;

/** Its checkpoint; `hf` has the key names of transformers, `head` writes the tied head out, as PyTorch does. */
export function tinyCheckpoint(
  { hf = false, head = false, seed = 5, tokens = TINY.vocab_size as number } = {},
): Checkpoint {
  const config = mambaLmConfig({ ...TINY, vocab_size: tokens });
  const made = formulaCheckpoint(specKeys(mambaLmWeights(config)), seed).entries;
  const entries = new Map<string, Entry>();
  for (const [key, entry] of made) {
    const name = hf ? key.replace("embedding.", "embeddings.") : key;
    entries.set(name, { ...entry, name });
    if (head && key.includes("embedding")) entries.set("lm_head.weight", { ...entry, name: "lm_head.weight" });
  }
  return {
    entries,
    format: "safetensors",
    root: "",
    metadata: {},
    trainingArgs: undefined,
    ignored: [],
    close: () => Promise.resolve(),
  } as unknown as Checkpoint;
}
