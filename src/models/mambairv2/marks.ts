/**
 * What tells MambaIRv2 from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** MambaIRv2, not yet fetched. */
export const MAMBAIRV2: KnownFamily<"restore"> = {
  name: "mambairv2",
  title: "MambaIRv2",
  task: "restore",
  marks: [
    ["conv_first.weight", "layers.0.residual_group.layers.0.assm.selectiveScan.x_proj_weight"],
  ],
  load: () => lazyImport("./models/mambairv2/family.ts"),
};
