/**
 * Chooses tiles that fit a memory budget. What a model holds for a tile is found by a dry run, so that nothing has to be
 * known of the model.
 *
 * @module
 */
import type { Model } from "../load_model.ts";
import { planModel } from "../run/run_model.ts";
import {
  blendedSpans,
  mostSpans,
  officialSpans,
  roundUp,
  type Seam,
  SEAMS,
  seenPixels,
  SHORTEST,
  spanLength,
  type Tiling,
} from "./tiling.ts";

/**
 * How an image is cut. `blend`: overlapping tiles chosen from the memory budget, faded into each other; a number: the
 * same with tiles of at most that side. `exact`: one piece. `official`: the published test's split without blending.
 */
export type TileMode = "blend" | "exact" | "official" | number;

/** What the choice of tiles depends on. */
export interface TileRequest {
  readonly width: number;
  readonly height: number;
  readonly mode: TileMode;
  /** Bytes the whole process may take; undefined: the default for `blend`, no limit for `exact` and `official`. */
  readonly memory: number | undefined;
  /** Bytes of these that the runtime takes. */
  readonly runtime?: number;
  /** Bytes held whatever the tiles are. */
  readonly held: number;
  /** Bytes held for each output row of a row of tiles. */
  readonly perRow: number;
  /** The net also makes alpha. */
  readonly alpha?: boolean;
}

/** Budget of the whole process where the caller names none. */
export const DEFAULT_MEMORY = 440e6;
/** What a runtime takes before it has loaded anything, with garbage not yet collected. */
const RUNTIME = 200e6;
/** Bytes per pixel of a tile outside the device: input, output, and the copies made while blending. */
function hostBytes(model: Model, alpha = false): number {
  const channels = model.channels + (alpha ? 1 : 0);
  return 4 * (2 * channels + 3 * channels * model.scale ** 2 + (alpha ? channels * model.scale ** 2 : 0));
}

/** Run memory for an input of that size, in bytes. */
function runMemory(model: Model, width: number, height: number): number {
  return planModel((ops) => model.forward(ops, ops.empty([1, height, width, model.channels]))).peak;
}

/** Bytes the process takes for a tiling. */
function needed(model: Model, tiling: Tiling, { runtime = RUNTIME, held, perRow, alpha }: TileRequest): number {
  const longest = (spans: Tiling["rows"]) => Math.max(...spans.map(({ start, end }) => end - start));
  const width = longest(tiling.columns), height = longest(tiling.rows);
  return runtime + held + model.device.memory().weights + height * model.scale * perRow +
    width * height * hostBytes(model, alpha) + runMemory(model, width, height);
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/**
 * Chooses the tiles of an image.
 *
 * @throws {RangeError} When the budget is too small for the mode, or even for the smallest tiles.
 */
export function planTiles(model: Model, request: TileRequest): Tiling {
  const { width, height, mode, memory } = request, { multiple } = model;
  if (mode === "exact" || mode === "official") {
    const tiling = mode === "official" && multiple === 1
      ? { rows: officialSpans(height), columns: officialSpans(width) }
      : { rows: blendedSpans(height, 1, multiple), columns: blendedSpans(width, 1, multiple) };
    const bytes = memory === undefined ? 0 : needed(model, tiling, request);
    if (memory !== undefined && bytes > memory) {
      throw new RangeError(
        `Cannot restore ${width}x${height} with tile "${mode}" as memory must be at least ${megabytes(bytes)} ` +
          `(raise it, or let tile be "blend"): current value is ${megabytes(memory)}`,
      );
    }
    return tiling;
  }
  return blendWithin(model, request);
}

/** The tiling that sees the fewest pixels among those that fit; of the same, the one with the fewest tiles. */
function fewestPixels(
  { width, height }: TileRequest,
  multiple: number,
  side: number,
  seam: Seam,
  fits: (width: number, height: number) => boolean,
): Tiling | undefined {
  let best: Tiling | undefined;
  for (let across = 1; across <= mostSpans(width); across++) {
    const tileWidth = spanLength(width, across, multiple, seam);
    if (tileWidth > side) continue;
    for (let down = 1; down <= mostSpans(height); down++) {
      const tileHeight = spanLength(height, down, multiple, seam);
      if (tileHeight > side || !fits(tileWidth, tileHeight)) continue;
      const rows = blendedSpans(height, down, multiple, seam), columns = blendedSpans(width, across, multiple, seam);
      if (!best || seenPixels({ rows, columns }) < seenPixels(best)) best = { rows, columns };
      break; // more rows of tiles would only overlap more
    }
  }
  return best;
}

/** Share of its pixels that an image may be seen more than once for a wider seam. */
const SEEN_AGAIN = 0.1;

/** The tiling of the widest seam that costs little, or else of the narrowest. */
function blendWithin(model: Model, request: TileRequest): Tiling {
  const { width, height, mode, memory = DEFAULT_MEMORY, runtime = RUNTIME } = request, { multiple } = model;
  const side = typeof mode === "number" ? mode : Infinity;
  if (side < SHORTEST) {
    throw new RangeError(`Cannot restore as tile must be at least ${SHORTEST} pixels: current value is ${side}`);
  }
  const sample = roundUp(SHORTEST, multiple);
  const perPixel = runMemory(model, sample, sample) / sample ** 2 + hostBytes(model, request.alpha);
  const free = memory - runtime - request.held - model.device.memory().weights;
  const fits = (w: number, h: number) => w * h * perPixel + h * model.scale * request.perRow <= free;
  const few = (1 + SEEN_AGAIN) * roundUp(width, multiple) * roundUp(height, multiple);
  let best: Tiling | undefined;
  for (const seam of side < Infinity ? SEAMS.slice(0, 1) : SEAMS) {
    best = fewestPixels(request, multiple, side, seam, fits) ?? best;
    if (!best || seenPixels(best) <= few) break;
  }
  if (best) return best;
  const smallest = {
    rows: blendedSpans(height, mostSpans(height), multiple),
    columns: blendedSpans(width, mostSpans(width), multiple),
  };
  throw new RangeError(
    `Cannot restore ${width}x${height} as memory must be at least ${megabytes(needed(model, smallest, request))}: ` +
      `current value is ${megabytes(memory)}`,
  );
}
