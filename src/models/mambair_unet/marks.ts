/**
 * What tells MambaIR's U-Net from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** MambaIR's U-Net, not yet fetched. */
export const MAMBAIR_UNET: KnownFamily<"restore"> = {
  name: "mambair-unet",
  title: "MambaIRUNet",
  task: "restore",
  marks: [
    ["patch_embed.proj.weight", "encoder_level1.0.self_attention.x_proj_weight"],
  ],
  load: () => lazyImport("./models/mambair_unet/family.ts"),
};
