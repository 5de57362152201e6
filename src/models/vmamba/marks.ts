/**
 * What tells VMamba from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** VMamba, not yet fetched. */
export const VMAMBA: KnownFamily<"classify"> = {
  name: "vmamba",
  title: "VMamba",
  task: "classify",
  marks: [
    ["patch_embed.0.weight", "layers.0.blocks.0.op.A_logs"],
    ["patch_embed.proj.weight", "layers.0.blocks.0.self_attention.A_logs"],
  ],
  load: () => lazyImport("./models/vmamba/family.ts"),
};
