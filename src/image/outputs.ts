/**
 * Pixels as a page shows and saves them.
 *
 * @module
 */
import { to8Bit, toChannels } from "./colour.ts";
import { encodeImage, type EncodeOptions } from "./encode.ts";
import { checkPixels, P3, type PixelSource } from "./pixels.ts";
import { convertToSrgb } from "./srgb.ts";

/**
 * Pixels as an `ImageData`, for a canvas: 8 bits, RGBA, in sRGB whatever their colour profile is; those in Display P3 by
 * their coding, as an `ImageData` in it gives them, stay in it.
 *
 * @throws {TypeError} If the pixels' length does not fit their size, or the runtime has no `ImageData`.
 * @throws {RangeError} If the picture is empty.
 *
 * @example
 * ```ts
 * import { toImageData } from "@sidewinder/sidewinder";
 *
 * const red = { data: Uint8Array.of(255, 0, 0), width: 1, height: 1, channels: 3 } as const;
 * const { data } = await toImageData(red); // context.putImageData(…, 0, 0)
 * console.log(data.join()); // 255,0,0,255
 * ```
 */
export async function toImageData(source: PixelSource): Promise<ImageData> {
  const pixels = checkPixels(source, Infinity);
  if (typeof ImageData === "undefined") {
    throw new TypeError(
      "Cannot make an ImageData as the runtime must have canvases: current one has none; use toBlob()",
    );
  }
  const colorSpace = pixels.attached?.coding?.cicp?.join() === P3.join() ? "display-p3" : "srgb";
  const { data, width, height } = toChannels(
    to8Bit(colorSpace === "srgb" ? await convertToSrgb(pixels) : pixels),
    4,
  );
  const samples = new Uint8ClampedArray(data.length);
  samples.set(data);
  return new ImageData(samples, width, height, { colorSpace });
}

/**
 * Pixels as an encoded file, to be saved, sent, or shown by `URL.createObjectURL`: a PNG unless `type` says otherwise.
 *
 * @throws {TypeError} As {@linkcode encodeImage}.
 * @throws {RangeError} As {@linkcode encodeImage}.
 *
 * @example
 * ```ts
 * import { toBlob } from "@sidewinder/sidewinder";
 *
 * const red = { data: Uint8Array.of(255, 0, 0), width: 1, height: 1, channels: 3 } as const;
 * const { type } = await toBlob(red, { type: "jpeg", quality: 80 });
 * console.log(type); // image/jpeg
 * ```
 */
export async function toBlob(source: PixelSource, options: Partial<EncodeOptions> = {}): Promise<Blob> {
  const { type = "png" } = options;
  return new Blob([await encodeImage(source, { ...options, type })], { type: `image/${type}` });
}
