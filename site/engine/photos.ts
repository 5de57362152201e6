/**
 * The photos of the page. Their files are kept; of the pixels only those used last, as a large photo takes a hundred
 * times its file.
 *
 * @module
 */
import { hasAlpha } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { checkSize, type Pixels } from "../../src/image/pixels.ts";
import type { PhotoReport } from "../protocol.ts";
import { bitmapOf } from "./bitmaps.ts";
import { imageFailure } from "./failures.ts";

/** A decoded photo and whose decoder read it. */
export interface Decoded {
  readonly pixels: Pixels;
  readonly decoder: "library" | "browser";
  readonly milliseconds: number;
}

const files = new Map<number, Blob>();
const decoded = new Map<number, Decoded>();
/** Photos whose pixels are kept. */
const KEPT = 2;
/** Longest side of the preview; beyond that nobody sees a difference, and canvases become slow. */
const PREVIEW_SIDE = 4096;
const THUMBNAIL_SIDE = 144;

/** Pixels by the browser's decoder, for formats that the library lacks. */
async function decodeByBrowser(blob: Blob): Promise<Pixels> {
  const bitmap = await createImageBitmap(blob);
  try {
    const { width, height } = bitmap;
    checkSize(width, height);
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    return { data: context.getImageData(0, 0, width, height).data, width, height, channels: 4 };
  } finally {
    bitmap.close();
  }
}

async function decode(blob: Blob): Promise<Decoded> {
  const started = performance.now();
  const done = (pixels: Pixels, decoder: Decoded["decoder"]): Decoded => {
    return { pixels, decoder, milliseconds: performance.now() - started };
  };
  try {
    return done(await decodeImage(blob), "library");
  } catch (error) {
    const failure = imageFailure(error);
    if (!["not-image", "image-kind", "image-format"].includes(failure.kind)) throw failure;
    try {
      return done(await decodeByBrowser(blob), "browser");
    } catch {
      throw failure; // what the library says of the file is more exact
    }
  }
}

/** The pixels of a photo, decoded again when they were let go. */
export async function pixelsOf(photo: number): Promise<Decoded> {
  const found = decoded.get(photo) ?? await decode(files.get(photo)!);
  decoded.delete(photo);
  decoded.set(photo, found);
  for (const old of decoded.keys()) {
    if (decoded.size <= KEPT) break;
    decoded.delete(old);
  }
  return found;
}

/** Takes a photo in. */
export async function addPhoto(photo: number, blob: Blob): Promise<PhotoReport> {
  files.set(photo, blob);
  try {
    const { pixels, decoder, milliseconds } = await pixelsOf(photo);
    return {
      width: pixels.width,
      height: pixels.height,
      channels: pixels.channels,
      alpha: hasAlpha(pixels),
      decoder,
      preview: await bitmapOf(pixels, PREVIEW_SIDE),
      thumbnail: await bitmapOf(pixels, THUMBNAIL_SIDE),
      milliseconds,
    };
  } catch (error) {
    removePhoto(photo);
    throw error;
  }
}

/** Lets a photo go. */
export function removePhoto(photo: number): void {
  files.delete(photo);
  decoded.delete(photo);
}

/** Bytes of the pixels that are kept. */
export function pixelBytes(): number {
  return [...decoded.values()].reduce((sum, { pixels }) => sum + pixels.data.byteLength, 0);
}
