/**
 * Colours as models and comparisons know them. What converts them is fetched when a picture has other ones.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import type { CodecModules } from "./codecs.ts";
import type { Pixels } from "./pixels.ts";

/** How colours are converted. */
export interface SrgbOptions {
  /** Hears why a picture is left as it is, when its colours cannot be converted. */
  readonly onUnconverted?: ((reason: string) => void) | undefined;
  /** Compiled codecs, where the runtime forbids compiling. */
  readonly codecModules?: CodecModules | undefined;
  /** Stops converting within 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A picture in sRGB, by its ICC profile or what its PNG says of its colours (cICP, gAMA, cHRM), through Little CMS. Pictures
 * that are in sRGB or say nothing are returned as they are; so is one whose colours cannot be converted, with its profile.
 * Depth, grey and alpha stay.
 *
 * @example
 * ```ts
 * import { decodeImage } from "@sidewinder/sidewinder";
 * import { convertToSrgb } from "@sidewinder/sidewinder/kernels";
 *
 * const photo = await convertToSrgb(await decodeImage("tests/golden/image/reported/p3.jpg"));
 * console.log(photo.attached?.profile); // undefined
 * ```
 */
export async function convertToSrgb(
  pixels: Pixels,
  { onUnconverted = () => {}, codecModules, signal }: SrgbOptions = {},
): Promise<Pixels> {
  if (!pixels.attached?.profile && !pixels.attached?.coding) return pixels;
  const { pixelsToSrgb } = await lazyImport<typeof import("./colour/convert.ts")>("./image/colour/convert.ts");
  return await pixelsToSrgb(pixels, onUnconverted, codecModules, signal);
}
