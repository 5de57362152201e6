/**
 * What tells TimeMachine from other checkpoints, before its code is fetched.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { KnownFamily } from "../family.ts";

/** TimeMachine, not yet fetched. */
export const TIMEMACHINE: KnownFamily<"forecast"> = {
  name: "timemachine",
  title: "TimeMachine",
  task: "forecast",
  marks: [
    ["lin1.weight", "lin4.weight", "mamba4.A_log"],
  ],
  load: () => lazyImport("./models/timemachine/family.ts"),
};
