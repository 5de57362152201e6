/**
 * Adapter for TimeMachine: the fixtures have the series itself, the net takes it without mean and deviation.
 *
 * @module
 */
import { family } from "../../src/models/timemachine/family.ts";
import { normaliseSeries, restoreSeries } from "../../src/models/timemachine/normalise.ts";
import { timeMachineConfig } from "../../src/models/timemachine/options.ts";
import type { Adapter } from "./adapter.ts";
import { familyAdapter } from "./family.ts";

/** Adapters by the `model` of a fixture. */
export const TIMEMACHINE_ADAPTERS: Readonly<Record<string, Adapter>> = {
  TimeMachine: familyAdapter(family, {
    input: (fixture) => {
      const { class: _, ...options } = fixture.config, { future } = timeMachineConfig(options);
      const { shape: [b, s, m], values } = fixture.floats("input"), series = normaliseSeries(values, b!, s!, m!);
      const back = (output: Float32Array) => restoreSeries(output, series, future, m!);
      return { values: series.values, shape: [b!, m!, s!], back };
    },
  }),
};
