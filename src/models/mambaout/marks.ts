/**
 * What tells MambaOut from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** MambaOut, not yet fetched. */
export const MAMBAOUT: KnownFamily<"classify"> = {
  name: "mambaout",
  title: "MambaOut",
  task: "classify",
  marks: [
    ["downsample_layers.0.conv1.weight", "stages.0.0.fc1.weight"],
    ["stem.conv1.weight", "stages.0.blocks.0.fc1.weight"],
  ],
  load: () => lazyImport("./models/mambaout/family.ts"),
};
