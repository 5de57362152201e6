/**
 * What tells the Mamba language model from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";
import type { MambaLmConfig, MambaLmOptions } from "./options.ts";

/** The Mamba language model, not yet fetched. */
export const MAMBA_LM: KnownFamily<"generate", MambaLmOptions, MambaLmConfig> = {
  name: "mamba-lm",
  title: "Mamba",
  task: "generate",
  marks: [
    ["backbone.embedding.weight", "backbone.layers.0.mixer.A_log"],
    ["backbone.embeddings.weight", "backbone.layers.0.mixer.A_log"],
  ],
  load: () => lazyImport("./models/mamba_lm/family.ts"),
};
