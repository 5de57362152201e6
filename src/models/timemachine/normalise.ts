/**
 * A series without its mean and deviation, as RevIN takes them out and puts them back. Mirrors `RevIN` of
 * Atik-Ahamed/TimeMachine but for its learnt factors, which the net applies.
 *
 * Glossary: b series at once, m columns, s values of the past, p values of the future.
 *
 * @module
 */

const EPSILON = 1e-5;

/** A series without its mean and deviation, and what puts them back. */
export interface NormalisedSeries {
  /** [b, m, s]: the values of a column lie side by side. */
  readonly values: Float32Array;
  /** Mean of every column, [b, m]. */
  readonly means: Float64Array;
  /** √(variance + 1e-5) of every column, [b, m]. */
  readonly deviations: Float64Array;
}

/** Takes mean and deviation out of series [b, s, m], in double precision. */
export function normaliseSeries(series: ArrayLike<number>, b: number, s: number, m: number): NormalisedSeries {
  const values = new Float32Array(b * m * s), means = new Float64Array(b * m), deviations = new Float64Array(b * m);
  for (let row = 0; row < b * m; row++) {
    const from = Math.floor(row / m) * s * m + row % m, at = (t: number) => series[from + t * m]!;
    let sum = 0, squares = 0;
    for (let t = 0; t < s; t++) sum += at(t);
    const mean = sum / s;
    for (let t = 0; t < s; t++) squares += (at(t) - mean) ** 2;
    const deviation = Math.sqrt(squares / s + EPSILON);
    for (let t = 0; t < s; t++) values[row * s + t] = (at(t) - mean) / deviation;
    means[row] = mean;
    deviations[row] = deviation;
  }
  return { values, means, deviations };
}

/** Puts mean and deviation back: [b, m, p] → [b, p, m]. */
export function restoreSeries(
  future: Float32Array,
  { means, deviations }: Pick<NormalisedSeries, "means" | "deviations">,
  p: number,
  m: number,
): Float32Array {
  const out = new Float32Array(future.length);
  for (let i = 0; i < future.length; i++) {
    const row = Math.floor(i / p), t = i % p;
    out[(Math.floor(row / m) * p + t) * m + row % m] = future[i]! * deviations[row]! + means[row]!;
  }
  return out;
}
