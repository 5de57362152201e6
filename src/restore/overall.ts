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

/**
 * Follows a batch whose results have that many megapixels each; 0 stands for one that is not known, which counts as the
 * mean of the others. Work counts by the megapixels.
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
export function watchBatch(megapixels: readonly number[], clock?: () => number): Overall {
  const known = megapixels.filter((size) => size > 0);
  const mean = known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : 1;
  const sizes = megapixels.map((size) => size > 0 ? size : mean), total = sizes.reduce((a, b) => a + b, 0) || 1;
  const pace = openPace(clock), finished = new Set<number>();
  let current = 0;
  const now = (): Progress => {
    const fraction = Math.min(1, [...finished].reduce((sum, image) => sum + sizes[image]!, current) / total);
    return { ...progressOf("batch", finished.size, sizes.length, fraction), ...pace(fraction, total) };
  };
  return {
    at(image, { fraction }) {
      current = finished.has(image) ? 0 : fraction * sizes[image]!;
      return now();
    },
    done(image) {
      finished.add(image);
      current = 0;
    },
    now,
  };
}
