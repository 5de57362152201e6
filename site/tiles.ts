/**
 * How a photo is cut into tiles on the page, and how many pixels the model sees for that: plain arithmetic, for the estimate of
 * a run before it starts.
 *
 * @module
 */
import { blendedSpans, mostSpans, spanLength } from "../src/restore/tiling.ts";

/** Longest side of a tile: small enough to see the photo come, large enough that borders cost little. */
export const TILE = { webgpu: 512, other: 256 } as const;

/** Pixels that a model sees along one side, all tiles together. */
function seenAlong(length: number, tile: number, multiple: number): number {
  let count = 1;
  while (count < mostSpans(length) && spanLength(length, count, multiple) > tile) count++;
  return blendedSpans(length, count, multiple).reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Pixels that a model sees of a photo. */
export const seenBy = (width: number, height: number, tile: number, multiple = 1): number =>
  seenAlong(width, tile, multiple) * seenAlong(height, tile, multiple);
