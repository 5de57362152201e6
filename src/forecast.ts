/**
 * From the past of a series to its future.
 *
 * @module
 */
import { lazyImport } from "./bytes/lazy_import.ts";
import type { Model } from "./load_model.ts";
import type { RunOptions } from "./run/run_model.ts";

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
  const module = await lazyImport<typeof import("./forecast/forecast_series.ts")>("./forecast/forecast_series.ts");
  return await module.forecastSeries(model, series, options);
}
