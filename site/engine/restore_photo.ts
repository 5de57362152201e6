/**
 * Restores a photo, or a part of it on trial, and hands what is finished to the page.
 *
 * @module
 */
import type { Attached } from "../../src/image/attached.ts";
import type { Model } from "../../src/load_model.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { restore, restoreTiles } from "../../src/restore.ts";
import type { PreviewReport, Region, RestoreReport } from "../protocol.ts";
import { seenBy, TILE } from "../tiles.ts";
import { Failure } from "./failures.ts";
import type { Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { bitmapOf } from "./bitmaps.ts";
import { pixelsOf } from "./photos.ts";
import { keepResult, resultOf } from "./results.ts";

const tileOf = ({ device }: Model): number => device.kind === "webgpu" ? TILE.webgpu : TILE.other;

/** Megabytes for a run: results are held as a whole, and those of 200 megapixels are to fit. */
const MEMORY = 1000;

/** Open while the work may go on. */
let gate: Promise<void> | undefined;
let open: () => void = () => {};

/** Holds the work up after the part it is at, or lets it go on. */
export function pause(paused: boolean): void {
  open();
  gate = paused ? new Promise((resolve) => open = resolve) : undefined;
}

/** Waits while the work is paused, or until it is given up. */
async function untilOpen(signal: AbortSignal): Promise<void> {
  if (!gate) return;
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", stop = () => resolve()));
  await Promise.race([gate, aborted]);
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
}

/** An image of no colour yet. */
function emptyPixels({ width, height, channels }: Omit<Pixels, "data">, depth: 8 | 16): Pixels {
  const samples = width * height * channels;
  return { width, height, channels, data: depth === 16 ? new Uint16Array(samples) : new Uint8Array(samples) };
}

function copyInto(whole: Pixels, part: Pixels, x: number, y: number): void {
  const stride = part.width * part.channels;
  for (let row = 0; row < part.height; row++) {
    const at = ((y + row) * whole.width + x) * whole.channels;
    whole.data.set(part.data.subarray(row * stride, (row + 1) * stride), at);
  }
}

/** Hands a part to the page, in the colours that are attached to its photo. */
async function emitTile(
  watch: Watch,
  part: Pixels,
  attached: Attached | undefined,
  x: number,
  y: number,
): Promise<void> {
  const bitmap = await bitmapOf(attached ? { ...part, attached } : part);
  watch.emit({ type: "tile", x, y, bitmap }, [bitmap]);
}

async function restorerOf(id: string, watch: Watch) {
  const found = await modelOf(id, watch);
  if (found.model.info.task !== "restore") {
    throw new Failure("wrong-task", `Cannot restore as ${id} must be a model that makes images: it tells classes`);
  }
  return found;
}

/** Restores a photo; the result is kept under its number once it is whole. */
export async function restorePhoto(photo: number, id: string, result: number, watch: Watch): Promise<RestoreReport> {
  const { model, milliseconds } = await restorerOf(id, watch);
  const { pixels, milliseconds: decode } = await pixelsOf(photo);
  let whole: Pixels | undefined, waited = 0;
  const started = performance.now();
  for await (
    const { x, y, pixels: part, image } of restoreTiles(model, pixels, {
      tile: tileOf(model),
      memory: MEMORY,
      signal: watch.signal,
      onProgress: ({ fraction }) => watch.emit({ type: "progress", phase: "run", fraction }),
    })
  ) {
    whole ??= emptyPixels(image, image.depth);
    copyInto(whole, part, x, y);
    await emitTile(watch, part, pixels.attached, x, y);
    const held = performance.now();
    await untilOpen(watch.signal);
    waited += performance.now() - held;
  }
  const run = performance.now() - started - waited;
  await keepResult(result, whole!);
  const { width, height, channels } = whole!;
  return {
    ...{ width, height, channels, device: model.device.name },
    pace: run / seenBy(pixels.width, pixels.height, tileOf(model), model.multiple),
    timings: { decode, load: milliseconds, run },
  };
}

/** Longest side of a part that is restored on trial: seconds on any machine. */
const TRIAL = { webgpu: 384, other: 144 } as const;

/** A part of the photo as a picture of its own. */
function cut(pixels: Pixels, { x, y, width, height }: Region): Pixels {
  const { data, channels, attached } = pixels;
  const part = emptyPixels({ width, height, channels }, data instanceof Uint16Array ? 16 : 8);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * pixels.width + x) * channels;
    part.data.set(data.subarray(from, from + width * channels), row * width * channels);
  }
  return attached ? { ...part, attached } : part;
}

/** The middle of what is asked for, in whole pixels inside the photo, no larger than a trial. */
function trialOf({ x, y, width, height }: Region, pixels: Pixels, side: number): Region {
  const along = (from: number, length: number, all: number) => {
    const size = Math.max(1, Math.min(Math.round(length), all, side));
    const start = Math.round(Math.min(all - size, Math.max(0, from + (length - size) / 2)));
    return [start, size] as const;
  };
  const [left, wide] = along(x, width, pixels.width), [top, tall] = along(y, height, pixels.height);
  return { x: left, y: top, width: wide, height: tall };
}

/** Restores the middle of a part of a photo, and measures how long that takes. */
export async function previewPhoto(photo: number, id: string, wanted: Region, watch: Watch): Promise<PreviewReport> {
  const { model } = await restorerOf(id, watch);
  const { pixels } = await pixelsOf(photo);
  const region = trialOf(wanted, pixels, model.device.kind === "webgpu" ? TRIAL.webgpu : TRIAL.other);
  const part = cut(pixels, region), { signal } = watch;
  const run = (onFraction?: (fraction: number) => void) =>
    restore(model, part, { tile: "exact", signal, onProgress: ({ fraction }) => onFraction?.(fraction) });
  // A GPU compiles before its first run of a size, which says nothing about the rest of the photo.
  if (model.device.kind === "webgpu") await run();
  const started = performance.now();
  const restored = await run((fraction) => watch.emit({ type: "progress", phase: "run", fraction }));
  const took = performance.now() - started;
  await emitTile(watch, restored, pixels.attached, region.x * model.scale, region.y * model.scale);
  return { region, pace: took / (region.width * region.height) };
}

/** Side of the parts in which a kept result is shown. */
const SHOWN = 1024;

/** Gives a kept result to the page once more. */
export async function showResult(photo: number, result: number, watch: Watch): Promise<void> {
  const { attached } = (await pixelsOf(photo)).pixels, pixels = await resultOf(result);
  for (let y = 0; y < pixels.height; y += SHOWN) {
    for (let x = 0; x < pixels.width; x += SHOWN) {
      watch.signal.throwIfAborted();
      const size = { width: Math.min(SHOWN, pixels.width - x), height: Math.min(SHOWN, pixels.height - y) };
      await emitTile(watch, cut(pixels, { x, y, ...size }), attached, x, y);
    }
  }
}
