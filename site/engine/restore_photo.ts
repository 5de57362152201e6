/**
 * Restores a photo, hands its parts to the page as they are finished, and keeps the whole for the download.
 *
 * @module
 */
import type { Pixels8 } from "../../src/image/colour.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { restoreTiles } from "../../src/restore.ts";
import type { RestoreReport, SaveFormat } from "../protocol.ts";
import { Failure } from "./failures.ts";
import type { Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { pixelsOf, toImageData } from "./photos.ts";

/** Restored photos, by the photo. */
const restored = new Map<number, Pixels8>();

/** Longest side of a tile: small enough to see the photo come, large enough that borders cost little. */
const TILE = { webgpu: 512, other: 256 } as const;

function copyInto(whole: Pixels8, part: Pixels8, x: number, y: number): void {
  const stride = part.width * part.channels;
  for (let row = 0; row < part.height; row++) {
    const at = ((y + row) * whole.width + x) * whole.channels;
    whole.data.set(part.data.subarray(row * stride, (row + 1) * stride), at);
  }
}

/** Restores a photo. A result of an earlier run stays until this one is whole. */
export async function restorePhoto(photo: number, id: string, watch: Watch): Promise<RestoreReport> {
  const { model, milliseconds } = await modelOf(id, watch);
  if (model.info.task !== "restore") {
    throw new Failure("wrong-task", `Cannot restore as ${id} must be a model that makes images: it tells classes`);
  }
  const { pixels, milliseconds: decode } = await pixelsOf(photo);
  const started = performance.now();
  let whole: Pixels8 | undefined;
  for await (
    const { x, y, pixels: part, image } of restoreTiles(model, pixels, {
      tile: model.device.kind === "webgpu" ? TILE.webgpu : TILE.other,
      signal: watch.signal,
      onProgress: ({ fraction }) => watch.emit({ type: "progress", phase: "run", fraction }),
    })
  ) {
    whole ??= { ...image, data: new Uint8Array(image.width * image.height * image.channels) };
    copyInto(whole, part, x, y);
    const bitmap = await createImageBitmap(toImageData(part));
    watch.emit({ type: "tile", x, y, bitmap }, [bitmap]);
  }
  restored.set(photo, whole!);
  const { width, height } = whole!;
  const timings = { decode, load: milliseconds, run: performance.now() - started };
  return { width, height, device: model.device.name, timings };
}

const TYPES = { png: "image/png", jpeg: "image/jpeg", webp: "image/webp" } as const;

/** The restored photo as a file. */
export async function encodeRestored(photo: number, format: SaveFormat, quality: number): Promise<Blob> {
  const pixels = restored.get(photo);
  if (!pixels) throw new Failure("other", "Cannot encode as the photo must be restored first: it is not");
  return new Blob([await encodeImage(pixels, { type: format, quality })], { type: TYPES[format] });
}

/** Lets a restored photo go. */
export function forgetRestored(photo: number): void {
  restored.delete(photo);
}

/** Bytes of all restored photos. */
export function restoredBytes(): number {
  return [...restored.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
