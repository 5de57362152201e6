/**
 * What tells DVMSR from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** DVMSR, not yet fetched. */
export const DVMSR: KnownFamily<"restore"> = {
  name: "dvmsr",
  title: "DVMSR",
  task: "restore",
  marks: [
    ["conv_first.weight", "layers.0.residual_group.blocks.0.mixer.in_proj.weight"],
  ],
  load: () => lazyImport("./models/dvmsr/family.ts"),
};
