/**
 * What several measurements come to.
 *
 * @module
 */

/** The middle of values. */
export const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Slowest over fastest, less one. */
export const spreadOf = (values: readonly number[]): number => Math.max(...values) / Math.min(...values) - 1;
