/**
 * From the past of a series to its future.
 *
 * @module
 */
import type { Model } from "./load_model.ts";
import { normaliseSeries, restoreSeries } from "./models/timemachine/normalise.ts";
import { timeMachineConfig, type TimeMachineOptions } from "./models/timemachine/options.ts";
import { runModel, type RunOptions } from "./run/run_model.ts";

/** A series of several columns. */
export interface Series {
  /** Row after row: the values of all columns at one time, then those at the next, [rows, columns]. */
  readonly values: ArrayLike<number>;
  /** Values in a row. */
  readonly columns: number;
}

/** The future of a series. */
export interface Forecast {
  /** [rows, columns], in the units of the series. */
  readonly values: Float32Array;
  /** Values in a row. */
  readonly columns: number;
  /** Times it looks ahead. */
  readonly rows: number;
  /** Device that ran. */
  readonly device: string;
}

/**
 * Forecasts a series with a TimeMachine, from as many of its last rows as the model sees. Mirrors
 * `TimeMachine.forward` of Atik-Ahamed/TimeMachine (arXiv 2403.09898), RevIN included.
 *
 * @throws {TypeError} When the model is none that forecasts, or the series has other columns than it was made for.
 * @throws {RangeError} When the series is too short or holds a value that is no finite number.
 *
 * @example
 * ```ts ignore
 * await using model = await loadModel(device, "timemachine.pth");
 * const { values, rows } = await forecast(model, { values: temperatures, columns: 7 });
 * ```
 */
export async function forecast(model: Model, series: Series, options: RunOptions = {}): Promise<Forecast> {
  const { info } = model, { values, columns } = series;
  if (info.task !== "forecast") {
    throw new TypeError(
      `Cannot forecast as the model must be one of series: current one is ${info.family}, which is for ${info.task}`,
    );
  }
  const config = timeMachineConfig(info.options as TimeMachineOptions), { past, future } = config;
  if (columns < 1 || !Number.isInteger(columns) || values.length % columns !== 0) {
    throw new TypeError(
      `Cannot forecast as the series must have whole rows: current one has ${values.length} values in ${columns} columns`,
    );
  }
  if (config.revin && columns !== config.columns) {
    throw new TypeError(
      `Cannot forecast as the series must have the ${config.columns} columns of the model: current number is ${columns}`,
    );
  }
  const rows = values.length / columns;
  if (rows < past) {
    throw new RangeError(
      `Cannot forecast as the series must have at least ${past} rows, which the model sees: current number is ${rows}`,
    );
  }
  for (let i = (rows - past) * columns; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new RangeError(
      `Cannot forecast as every value must be a finite number: current one in row ${
        Math.floor(i / columns) + 1
      }, column ${i % columns + 1} is ${values[i]}`,
    );
  }
  const last = Float64Array.from({ length: past * columns }, (_, i) => values[(rows - past) * columns + i]!);
  const normalised = normaliseSeries(last, 1, past, columns);
  const ahead = await runModel(
    model.device,
    (ops, tap) => model.forward(ops, ops.input(normalised.values, [1, columns, past]), tap),
    options,
  );
  return {
    values: restoreSeries(ahead, normalised, future, columns),
    columns,
    rows: future,
    device: model.device.name,
  };
}
