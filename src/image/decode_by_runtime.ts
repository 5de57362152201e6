/**
 * Pictures of formats that only the runtime can read: browsers read AVIF, some HEIC.
 *
 * @module
 */
import { drawPixels } from "./drawn.ts";
import { lookalike } from "./headers/header.ts";
import { checkSize, type Pixels } from "./pixels.ts";

const NATIVE = new Set(["AVIF", "HEIC", "JPEG XL"]);

/** The pixels in sRGB; undefined where the runtime has no decoder, or the bytes are something else. */
export async function decodeByRuntime(bytes: Uint8Array<ArrayBuffer>, maxPixels: number): Promise<Pixels | undefined> {
  if (typeof OffscreenCanvas === "undefined" || !NATIVE.has(lookalike(bytes))) return undefined;
  const bitmap = await createImageBitmap(new Blob([bytes])).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const { width, height } = bitmap;
    checkSize(width, height, maxPixels);
    return drawPixels(bitmap, width, height);
  } finally {
    bitmap.close();
  }
}
