/**
 * What tells FusionMamba from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** FusionMamba, not yet fetched. */
export const FUSIONMAMBA: KnownFamily<"fuse"> = {
  name: "fusionmamba",
  title: "FusionMamba",
  task: "fuse",
  marks: [
    ["raise_pan_dim.0.weight", "raise_ms_dim.0.weight", "upsample.upsamle.0.weight"],
  ],
  load: () => lazyImport("./models/fusionmamba/family.ts"),
};
