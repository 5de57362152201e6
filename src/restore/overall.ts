/**
 * How far several images are together.
 *
 * @module
 */
import type { RestoreProgress } from "./options.ts";
import { openPace, type Pace } from "./pace.ts";

/** How far several images are. */
export interface OverallProgress extends Pace {
  /** Share of all work, from 0 to 1. */
  readonly fraction: number;
  /** Images that are finished, failed ones too. */
  readonly finished: number;
  /** Images altogether. */
  readonly images: number;
}

/** Adds up the progress of images that are restored one after the other. */
export interface Overall {
  /** Progress of the image at hand. */
  readonly at: (image: number, progress: Pick<RestoreProgress, "fraction">) => OverallProgress;
  /** An image is finished, or has failed. */
  readonly done: (image: number) => void;
  /** Where all stand now. */
  readonly now: () => OverallProgress;
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
  const now = (): OverallProgress => {
    const fraction = Math.min(1, [...finished].reduce((sum, image) => sum + sizes[image]!, current) / total);
    return { fraction, finished: finished.size, images: sizes.length, ...pace(fraction, total) };
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
