/**
 * What `forecast()` does, fetched when there is a series.
 *
 * @module
 */
import type { Forecast, Series } from "../forecast.ts";
import type { Model } from "../load_model.ts";
import { normaliseSeries, restoreSeries } from "../models/timemachine/normalise.ts";
import { timeMachineConfig, type TimeMachineOptions } from "../models/timemachine/options.ts";
import { runModel, type RunOptions } from "../run/run_model.ts";

/** See `forecast()`. */
export async function forecastSeries(model: Model, series: Series, options: RunOptions): Promise<Forecast> {
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
    if (Number.isFinite(values[i]) && Number.isFinite(Math.fround(values[i]!))) continue;
    throw new RangeError(
      `Cannot forecast as every value must be a finite number of 32 bits: current one in row ${
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
