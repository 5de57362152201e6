/**
 * What tells MambaIR from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** MambaIR, not yet fetched. */
export const MAMBAIR: KnownFamily<"restore"> = {
  name: "mambair",
  title: "MambaIR",
  task: "restore",
  marks: [
    ["conv_first.weight", "layers.0.residual_group.blocks.0.self_attention.x_proj_weight"],
  ],
  load: () => lazyImport("./models/mambair/family.ts"),
};
