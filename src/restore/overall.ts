/**
 * How far several images are together.
 *
 * @module
 */
import { type Progress, progressOf } from "../progress.ts";
import { openPace } from "./pace.ts";

/** Adds up the progress of images that are restored one after the other. */
export interface Overall {
  /** All images, by the progress of the one at hand. */
  readonly at: (image: number, progress: Pick<Progress, "fraction">) => Progress;
  /** An image is finished, or has failed. */
  readonly done: (image: number) => void;
  /** Where all stand now. */
  readonly now: () => Progress;
}

/** Zeros become the mean of the others. */
function filled(values: readonly number[]): number[] {
  const known = values.filter((value) => value > 0);
  const mean = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 1;
  return values.map((value) => value > 0 ? value : mean);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/**
 * Follows a batch whose results have that many megapixels each; 0 stands for one that is not known, which counts as the
 * mean of the others. Where a megapixel does not cost the same everywhere, as with nets of several scales, `work` says what
 * each image costs, in any unit.
 *
 * @example
 * ```ts
 * import { watchBatch } from "@sidewinder/sidewinder";
 *
 * const overall = watchBatch([4, 12]);
 * overall.done(0);
 * console.log(overall.at(1, { fraction: 0.5 }).fraction); // 0.625
 * ```
 */
export function watchBatch(
  megapixels: readonly number[],
  work: readonly number[] = megapixels,
  clock?: () => number,
): Overall {
  const costs = filled(work), cost = sum(costs) || 1, total = sum(filled(megapixels));
  const pace = openPace(clock), finished = new Set<number>();
  let current = 0;
  const now = (): Progress => {
    const share = [...finished].reduce((done, image) => done + costs[image]!, current) / cost;
    const fraction = finished.size === costs.length ? 1 : Math.min(1, share);
    return { ...progressOf("batch", finished.size, costs.length, fraction), ...pace(fraction, total) };
  };
  return {
    at(image, { fraction }) {
      current = finished.has(image) ? 0 : fraction * costs[image]!;
      return now();
    },
    done(image) {
      finished.add(image);
      current = 0;
    },
    now,
  };
}
