/**
 * A restoration with all that was decided about it: decoded, sized, planned, before any net runs.
 *
 * @module
 */
import { inTurns } from "../bytes/turns.ts";
import { bleedColours } from "../image/bleed.ts";
import { stripAttached } from "../image/attached.ts";
import { decodeImage } from "../image/decode.ts";
import { isDrawable } from "../image/drawn.ts";
import { type ImageInput, isPixelSource, MAX_PIXELS, type Pixels } from "../image/pixels.ts";
import { leftByDecoder } from "../image/work.ts";
import type { Model } from "../load_model.ts";
import type { RestoreOptions } from "./options.ts";
import { planTiles } from "./plan_tiles.ts";
import { runTiles } from "./run_tiles.ts";
import { alphaOf, type Area, hasClearPixels, openPainter } from "./samples.ts";
import { checkWish, growthOf, type Size, targetOf } from "./size.ts";
import { seenPixels, type Tiling } from "./tiling.ts";

/** The nets that reach a growth, one after the other; none where nothing is to be made larger. */
export type Nets = (growth: number | undefined) => readonly Model[] | Promise<readonly Model[]>;

/** One run of a net over the whole image. */
export interface Pass {
  readonly model: Model;
  readonly tiling: Tiling;
  /** Size of its result. */
  readonly size: Size;
  /** Pixels that it sees, alpha counted once more. */
  readonly work: number;
}

/** A restoration that can begin. */
export interface Job {
  readonly pixels: Pixels;
  readonly passes: readonly Pass[];
  /** Size of the result of the last pass, and of what it is reduced to. */
  readonly made: Size;
  readonly target: Size;
  readonly depth: 8 | 16;
  readonly alphaByNet: boolean;
  readonly tiles: number;
  readonly decode: number;
}

function check(options: RestoreOptions): void {
  const { memory, runtime, tile = "blend", depth, alpha = "net" } = options;
  if (memory !== undefined && !(memory > 0)) {
    throw new RangeError(`Cannot restore as memory must be a number of megabytes above 0: current value is ${memory}`);
  }
  if (runtime !== undefined && !(runtime >= 0)) {
    throw new RangeError(
      `Cannot restore as runtime must be a number of megabytes of at least 0: current value is ${runtime}`,
    );
  }
  if (typeof tile === "number" ? !(tile > 0) : !["blend", "exact", "official"].includes(tile)) {
    throw new RangeError(
      `Cannot restore as tile must be "blend", "exact", "official" or a number of pixels: current value is ${tile}`,
    );
  }
  if (depth !== undefined && depth !== 8 && depth !== 16) {
    throw new RangeError(`Cannot restore as depth must be 8 or 16: current value is ${depth}`);
  }
  if (alpha !== "net" && alpha !== "bicubic") {
    throw new RangeError(`Cannot restore as alpha must be "net" or "bicubic": current value is ${alpha}`);
  }
  checkWish(options);
}

/** Bytes that the painter of a pass holds beside the pixels: colour made larger for a net of luma, and alpha. */
function painted({ channels, data }: Pixels, model: Model, size: Size, clear: boolean, alphaByNet: boolean): number {
  const { BYTES_PER_ELEMENT: bytes } = data, pixels = size.width * size.height;
  const alpha = !clear ? 0 : alphaByNet ? pixels / model.scale ** 2 : bytes * pixels;
  return (channels >= 3 && model.channels === 1 ? 3 * bytes * pixels : 0) + alpha;
}

/** Decodes the image and chooses nets and tiles. `whole`: the result is held as a whole. */
export async function prepare(nets: Nets, image: ImageInput, options: RestoreOptions, whole: boolean): Promise<Job> {
  check(options);
  const { tile = "blend", memory, runtime, maxPixels = MAX_PIXELS, signal, strip = false } = options;
  const start = performance.now();
  const decoded = await decodeImage(image, { maxPixels, ...(signal ? { signal } : {}) });
  const pixels = await stripAttached(await inTurns(bleedColours(decoded), signal), strip);
  const decode = performance.now() - start;
  const wish = targetOf(pixels, options), models = await nets(wish && growthOf(pixels, wish));
  const clear = await inTurns(hasClearPixels(pixels), signal),
    depth = options.depth ?? (pixels.data instanceof Uint16Array ? 16 : 8);
  const alphaByNet = clear && options.alpha !== "bicubic" && models.some(({ scale }) => scale > 1);
  const passes: Pass[] = [];
  let from: Size = pixels, bytes = pixels.data.byteLength;
  for (const [i, model] of models.entries()) {
    const size = { width: from.width * model.scale, height: from.height * model.scale }, last = i === models.length - 1;
    const row = size.width * pixels.channels * (depth / 8), result = size.height * row;
    const alpha = alphaByNet && model.scale > 1;
    const tiling = planTiles(model, {
      ...{ width: from.width, height: from.height },
      mode: tile,
      memory: memory === undefined ? undefined : memory * 1e6,
      ...(runtime === undefined ? {} : { runtime: runtime * 1e6 }),
      held: bytes + painted(pixels, model, size, clear, alpha) + (whole || !last ? result : 0) +
        (i > 0 || isPixelSource(image) || isDrawable(image) ? 0 : leftByDecoder(from.width * from.height)),
      perRow: whole || !last ? 0 : 4 * row,
      alpha,
    });
    passes.push({ model, tiling, size, work: seenPixels(tiling) * (alpha ? 2 : 1) });
    [from, bytes] = [size, result];
  }
  const tiles = passes.reduce((sum, { tiling: { rows, columns } }) => sum + rows.length * columns.length, 0);
  return { pixels, passes, made: from, target: wish ?? from, depth, alphaByNet, tiles, decode };
}

/** A finished part of a pass. */
export interface Part {
  readonly area: Area;
  readonly pixels: Pixels;
}

/** Runs a pass over pixels; `onFraction` and `onTile` hear of it. */
export async function* runPass(
  pass: Pass,
  pixels: Pixels,
  { depth, alphaByNet }: Job,
  { signal, choices }: RestoreOptions,
  onFraction: (fraction: number) => void,
): AsyncGenerator<Part, void> {
  const { model, tiling } = pass, byNet = alphaByNet && model.scale > 1;
  const painter = await inTurns(openPainter(pixels, model.channels, model.scale, { depth, alphaByNet: byNet }), signal);
  const clear = byNet && await inTurns(hasClearPixels(pixels), signal);
  const alpha = clear ? await inTurns(alphaOf(pixels), signal) : undefined;
  for await (const { area, values } of runTiles(model, pixels, tiling, { signal, choices, onFraction, alpha })) {
    yield { area, pixels: painter.paint(values, area) };
  }
}
