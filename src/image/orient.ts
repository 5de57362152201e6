/**
 * EXIF orientation says how to turn stored pixels upright; after that it is forgotten.
 *
 * @module
 */
import type { Steps } from "../bytes/turns.ts";
import type { Pixels } from "./pixels.ts";

/**
 * Turns pixels upright as `PIL.ImageOps.exif_transpose` does. Orientation 1 returns them as they are.
 *
 * | value | stored image is | value | stored image is |
 * |---|---|---|---|
 * | 2 | mirrored left-right | 6 | to be turned 90° clockwise |
 * | 3 | upside down | 8 | to be turned 90° anticlockwise |
 * | 4 | mirrored top-bottom | 5, 7 | mirrored along a diagonal |
 */
export function* turnUpright(pixels: Pixels, orientation: number): Steps<Pixels> {
  if (orientation <= 1 || orientation > 8) return pixels;
  const { data, width, height, channels } = pixels;
  const swapped = orientation >= 5;
  const [outWidth, outHeight] = swapped ? [height, width] : [width, height];
  // A step right and a step down in the result, as steps in the stored image; and where its first pixel is.
  const right = swapped ? width : 1, down = swapped ? 1 : width;
  const flipX = [2, 3, 6, 7].includes(orientation), flipY = [3, 4, 7, 8].includes(orientation);
  const origin = (flipX ? (outWidth - 1) * right : 0) + (flipY ? (outHeight - 1) * down : 0);
  const stepX = (flipX ? -right : right) * channels, stepY = flipY ? -down : down;
  const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let y = 0, o = 0; y < outHeight; y++) {
    let i = (origin + y * stepY) * channels;
    for (let x = 0; x < outWidth; x++, i += stepX) {
      for (let c = 0; c < channels; c++) out[o++] = data[i + c]!;
    }
    yield outWidth * channels;
  }
  return { data: out, width: outWidth, height: outHeight, channels };
}
