/**
 * Work in pieces short enough that whoever drives a pass can report, stop and let other tasks run between them.
 *
 * @module
 */
import { estimateMilliseconds, millisecondsOf, NO_WORK, type Work } from "../kernels.ts";
import { Issue } from "./issue.ts";
import type { Band } from "./options.ts";

/** Estimated milliseconds of a band at most: half of what a run may take without a pause, as estimates may be half wrong. */
const LONGEST = 25;

/** Splits `total` rows that take `milliseconds` into equal bands. */
export function* split(total: number, milliseconds: number): Generator<Band, void> {
  const parts = Math.max(1, Math.min(total, Math.ceil(milliseconds / LONGEST)));
  for (let part = 0; part < parts; part++) {
    const first = Math.floor(part * total / parts);
    yield { first, count: Math.floor((part + 1) * total / parts) - first };
  }
}

/**
 * Splits `total` rows into equal bands of at most 25 ms of estimated work.
 *
 * @param work What all rows together cost.
 * @param pace That of the device.
 */
export function bands(total: number, work: Partial<Work>, pace = 1): Generator<Band, void> {
  return split(total, estimateMilliseconds({ ...NO_WORK, ...work }) / pace);
}

/** Milliseconds that what `call` issues takes on a modest core, by the table; nothing is computed. */
export function millisecondsOfCall(call: (issue: Issue) => void): number {
  let sum = 0;
  call(
    new Issue({
      alloc: (length) => ({ length }),
      run: (kernel, _, params) => void (sum += millisecondsOf(kernel, params)),
    }),
  );
  return sum;
}
