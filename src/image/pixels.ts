/**
 * Pixels are what every image becomes: rows from the top, channels interleaved, 8 or 16 bits. Whatever a caller has
 * (an `ImageData`, a canvas, encoded bytes, a Blob, a path, a URL) is an {@linkcode ImageInput}.
 *
 * @module
 */

import type { Attached, ColourCoding } from "./attached.ts";

/** Samples per pixel: grey, grey + alpha, RGB, RGBA. */
export type Channels = 1 | 2 | 3 | 4;

/** An image in memory: `data` holds `height` rows of `width` pixels of `channels` samples, straight (not premultiplied) alpha last. */
export interface Pixels {
  /** Samples, `[height, width, channels]`; `Uint16Array` for 16 bits a sample. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Samples per pixel: 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: Channels;
  /** What the file that they come from says beside them: colour profile, EXIF, texts. */
  readonly attached?: Attached;
}

/** {@linkcode Pixels} whose channels may be left out: four then, so that an `ImageData` fits. */
export interface PixelSource {
  /** Samples, `[height, width, channels]`. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Samples per pixel; 4 by default. */
  readonly channels?: Channels;
  /** See {@linkcode Pixels.attached}. */
  readonly attached?: Attached;
}

/**
 * What a browser shows or draws. Its pixels are read as the browser gives them: 8 bits, in sRGB, upright; colours behind
 * alpha are as exact as a canvas keeps them.
 */
export type Drawable =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame;

/**
 * Anything an image can be read from: pixels or an `ImageData`, encoded bytes, a Blob or File, a `Response`, a path, a URL
 * (text or object; in a page also relative to it), or what a browser draws: `<img>`, `<video>`, a canvas, an `ImageBitmap`,
 * a `VideoFrame`.
 */
export type ImageInput = PixelSource | Uint8Array | ArrayBuffer | Blob | Response | string | URL | Drawable;

/** Pixels accepted unless `maxPixels` is raised: 100 megapixels, some 400 MB once decoded to RGBA. */
export const MAX_PIXELS = 100_000_000;

/**
 * Refuses an image size before anything is allocated for it.
 *
 * @throws {RangeError} If a side is not a positive integer, or the image has more than `maxPixels` pixels.
 */
export function checkSize(width: number, height: number, maxPixels: number = MAX_PIXELS): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(
      `Cannot read image as its width and height must be positive integers: current size is ${width}x${height}`,
    );
  }
  if (!(width * height <= maxPixels)) {
    throw new RangeError(
      `Cannot read image as it must have at most ${megapixels(maxPixels)} (raise maxPixels to allow more): ` +
        `current size is ${width}x${height}, ${megapixels(width * height)}`,
    );
  }
}

const megapixels = (count: number): string => `${+(count / 1e6).toPrecision(4)} megapixels`;

/**
 * Completes and checks pixels that come from a caller. The samples are not copied.
 *
 * @throws {TypeError} If the samples are not 8 or 16 bit unsigned integers, or too few or too many for the size.
 * @throws {RangeError} If the size or the channels are impossible, or there are more than `maxPixels` pixels.
 */
export function checkPixels(source: PixelSource, maxPixels: number = MAX_PIXELS): Pixels {
  const { data, width, height, channels = 4 } = source, attached = source.attached ?? attachedOf(source);
  checkSize(width, height, maxPixels);
  if (!(channels === 1 || channels === 2 || channels === 3 || channels === 4)) {
    throw new RangeError(`Cannot read pixels as channels must be 1, 2, 3 or 4: current value is ${channels}`);
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Uint16Array)) {
    throw new TypeError(
      `Cannot read pixels as data must be a Uint8Array, Uint8ClampedArray or Uint16Array: current value is ${
        Object.prototype.toString.call(data).slice(8, -1)
      }`,
    );
  }
  if (data.length !== width * height * channels) {
    throw new TypeError(
      `Cannot read pixels as data must hold ${width}x${height}x${channels} = ${width * height * channels} samples: ` +
        `current length is ${data.length}`,
    );
  }
  return { data, width, height, channels, ...(attached && { attached }) };
}

/** Display P3 with the transfer function of sRGB, as H.273 numbers it. */
export const P3: NonNullable<ColourCoding["cicp"]> = [12, 13, 0, 1];

/** What the colours of an `ImageData` are, where they are not in sRGB. */
function attachedOf(source: object): Attached | undefined {
  const { colorSpace } = source as { colorSpace?: string };
  return colorSpace === "display-p3" ? { coding: { cicp: P3 } } : undefined;
}

/** Tells pixels from the other kinds of input. */
export function isPixelSource(input: ImageInput): input is PixelSource {
  return typeof input === "object" && input !== null && "data" in input && "width" in input && "height" in input;
}
