/**
 * Adapter for TimeMachine.
 *
 * @module
 */
import { bind } from "../../src/checkpoint/weights.ts";
import {
  normaliseSeries,
  restoreSeries,
  timeMachine,
  timeMachineWeights,
} from "../../src/models/timemachine/forward.ts";
import { timeMachineConfig, type TimeMachineOptions } from "../../src/models/timemachine/options.ts";
import { runModel } from "../../src/run/run_model.ts";
import type { Adapter, Produced } from "./adapter.ts";
import { formulaCheckpoint } from "./formula.ts";
import { stateDict } from "./vim.ts";

const timeMachineAdapter: Adapter = {
  run: async (fixture, device) => {
    const { class: _, ...options } = fixture.config as unknown as TimeMachineOptions & { class: string };
    const config = timeMachineConfig(options), spec = timeMachineWeights(config);
    const { weights, dispose } = await bind(spec, formulaCheckpoint(stateDict(fixture), fixture.seed), device);
    try {
      const { shape: [b, s, m], values } = fixture.floats("input");
      const series = normaliseSeries(values, b!, s!, m!), taps: Promise<Produced>[] = [];
      const future = await runModel(
        device,
        (ops, tap) => timeMachine(ops, weights, config, ops.input(series.values, [b!, m!, s!]), tap),
        { tap: (name, tensor) => void taps.push(device.read(tensor).then((values) => ({ name, values }))) },
      );
      return [
        ...await Promise.all(taps),
        { name: "output", values: restoreSeries(future, series, config.future, m!) },
      ];
    } finally {
      dispose();
    }
  },
};

/** Adapters by the `model` of a fixture. */
export const TIMEMACHINE_ADAPTERS: Readonly<Record<string, Adapter>> = { TimeMachine: timeMachineAdapter };
