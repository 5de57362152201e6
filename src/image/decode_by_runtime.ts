/**
 * Pictures of formats that only the runtime can read: browsers read AVIF, some HEIC.
 *
 * @module
 */
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
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return { data, width, height, channels: 4 };
    return { data: data.filter((_, i) => i % 4 !== 3), width, height, channels: 3 };
  } finally {
    bitmap.close();
  }
}
