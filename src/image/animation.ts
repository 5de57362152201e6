/**
 * Animations: pictures with the time that each is shown.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import type { Attached } from "./attached.ts";
import type { DecodeOptions } from "./decode.ts";
import { readHeader } from "./headers/header.ts";
import { isDrawable } from "./drawn.ts";
import { type Channels, checkSize, type ImageInput, isPixelSource, MAX_PIXELS, type Pixels } from "./pixels.ts";
import { readBytes } from "./read_bytes.ts";
import { checkWork } from "./work.ts";

/** A picture of an animation, as large as the animation. */
export interface Frame {
  /** The picture as it is seen, what earlier ones leave included. */
  readonly pixels: Pixels;
  /** Milliseconds that it is shown. */
  readonly duration: number;
}

/** An animation. */
export interface Animation {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Samples per pixel of every picture. */
  readonly channels: Channels;
  /** Number of pictures. */
  readonly count: number;
  /** How often it is played; 0 is for ever. */
  readonly plays: number;
  /** What is attached to it as a whole. */
  readonly attached?: Attached;
  /** The pictures in order, one at a time; they can be walked once. */
  readonly frames: AsyncIterable<Frame>;
}

/** How an animation is written. */
export interface EncodeAnimationOptions {
  /** Format of the file; a PNG becomes an APNG. */
  readonly type: "png" | "webp" | "gif";
  /** Quality of WebP, 0 to 100; 90 by default. */
  readonly quality?: number;
  /** Keep every sample (WebP). `false` by default; PNG always does, GIF has 256 colours. */
  readonly lossless?: boolean;
  /** Leave out what is attached and no colour, or only where it was taken. */
  readonly strip?: boolean | "gps";
  /** Hears what the format cannot hold, one reason each. */
  readonly onLeftOut?: ((reason: string) => void) | undefined;
}

/**
 * Opens an animated PNG, WebP or GIF; undefined for a still picture.
 *
 * @throws {SyntaxError} If the bytes are no image that we read, damaged or cut off.
 * @throws {RangeError} If a picture has more than `maxPixels` pixels.
 *
 * @example
 * ```ts ignore
 * const animation = await decodeAnimation("spinner.gif");
 * for await (const { pixels, duration } of animation!.frames) show(pixels, duration);
 * ```
 */
export async function decodeAnimation(input: ImageInput, options: DecodeOptions = {}): Promise<Animation | undefined> {
  const { maxPixels = MAX_PIXELS, signal, codecModules } = options;
  if (isPixelSource(input) || isDrawable(input)) return undefined;
  const bytes = await readBytes(input, signal), header = readHeader(bytes);
  if (header.frames === undefined) return undefined;
  checkSize(header.width, header.height, maxPixels);
  checkWork(header, bytes.length, maxPixels, header.frames);
  const { openAnimation } = await lazyImport<typeof import("./animation/read.ts")>("./image/animation/read.ts");
  return await openAnimation(bytes, header, codecModules, signal);
}

/**
 * Writes an animation, picture by picture: the parts are the file.
 *
 * @throws {RangeError} If it is larger than the format allows, or its pictures differ in size.
 *
 * @example
 * ```ts ignore
 * for await (const part of encodeAnimation(animation, { type: "webp" })) await file.write(part);
 * ```
 */
export async function* encodeAnimation(
  animation: Animation,
  options: EncodeAnimationOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const { writeAnimation } = await lazyImport<typeof import("./animation/write.ts")>("./image/animation/write.ts");
  yield* writeAnimation(animation, options);
}
