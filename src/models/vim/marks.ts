/**
 * What tells Vision Mamba from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** Vision Mamba, not yet fetched. */
export const VIM: KnownFamily<"classify"> = {
  name: "vim",
  title: "Vim",
  task: "classify",
  marks: [
    ["patch_embed.proj.weight", "layers.0.mixer.in_proj.weight"],
  ],
  load: () => lazyImport("./models/vim/family.ts"),
};
