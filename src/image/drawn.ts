/**
 * Pixels of what a browser shows or draws: pictures and videos of the page, canvases, bitmaps, frames.
 *
 * @module
 */
import { checkSize, type Drawable, type ImageInput, type Pixels } from "./pixels.ts";

/** What is known of a drawable before it is drawn. */
interface Look {
  readonly width: number;
  readonly height: number;
  /** What keeps it from being drawn: the wish, and the fact. */
  readonly obstacle?: readonly [wish: string, fact: string] | false;
}

/** Whose pixels other origins' pictures are. */
const OWN =
  "every picture in it must be of this origin or loaded with crossorigin, from a server that allows it (CORS)";

/** How each kind is looked at, by the name of its class. */
const KINDS: Readonly<Record<string, (it: never) => Look>> = {
  HTMLImageElement: ({ complete, naturalWidth: width, naturalHeight: height, src }: HTMLImageElement) => ({
    ...{ width, height },
    obstacle: complete
      ? width === 0 && ["its source must be a picture that has a size", `source is ${src || "not set"}`]
      : ["it must have loaded", "one is loading; await image.decode() first"],
  }),
  HTMLVideoElement: ({ readyState, videoWidth: width, videoHeight: height }: HTMLVideoElement) => ({
    ...{ width, height },
    obstacle: readyState < 2 && ["it must show a frame", "one has none yet; await its loadeddata event first"],
  }),
  HTMLCanvasElement: ({ width, height }: HTMLCanvasElement) => ({ width, height }),
  OffscreenCanvas: ({ width, height }: OffscreenCanvas) => ({ width, height }),
  ImageBitmap: ({ width, height }: ImageBitmap) => ({
    ...{ width, height },
    obstacle: width === 0 && ["it must be open", "one was closed or handed to somebody else"],
  }),
  VideoFrame: ({ codedWidth, displayWidth: width, displayHeight: height }: VideoFrame) => ({
    ...{ width, height },
    obstacle: codedWidth === 0 && ["it must be open", "one was closed or handed to somebody else"],
  }),
};

const kindOf = (input: unknown): string => Object.prototype.toString.call(input).slice(8, -1);

/** Whether a browser would draw it; of whatever window it comes. */
export const isDrawable = (input: ImageInput): input is Drawable => Object.hasOwn(KINDS, kindOf(input));

const refuse = (kind: string, [wish, fact]: readonly [string, string], cause?: unknown): never => {
  throw new TypeError(`Cannot read image of the ${kind} as ${wish}: current ${fact}`, { cause });
};

/**
 * The size of a drawable that can be drawn.
 *
 * @throws {TypeError} If it has not loaded, or is closed.
 * @throws {RangeError} If it is empty or has more than `maxPixels` pixels.
 */
export function sizeOfDrawable(
  input: Drawable,
  maxPixels: number,
): { readonly width: number; readonly height: number } {
  const kind = kindOf(input), { width, height, obstacle } = KINDS[kind]!(input as never);
  if (obstacle) refuse(kind, obstacle);
  checkSize(width, height, maxPixels);
  return { width, height };
}

/**
 * The pixels of a drawable, RGB where it is opaque.
 *
 * @throws {TypeError} If it has not loaded, is closed, or shows what this page must not read.
 * @throws {RangeError} If it is empty or has more than `maxPixels` pixels.
 */
export function readDrawable(input: Drawable, maxPixels: number): Pixels {
  const { width, height } = sizeOfDrawable(input, maxPixels), kind = kindOf(input);
  try {
    return drawPixels(input, width, height);
  } catch (cause) {
    const { name, message } = cause as Error;
    return refuse(kind, [name === "SecurityError" ? OWN : "it must be drawable", `answer is ${message}`], cause);
  }
}

/** Draws on a canvas of its own and reads that. */
export function drawPixels(source: CanvasImageSource, width: number, height: number): Pixels {
  const canvas = typeof OffscreenCanvas === "function"
    ? new OffscreenCanvas(width, height)
    : Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (!context) throw new Error(`there is no memory for a canvas of ${width}x${height}`);
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height, { colorSpace: "srgb" });
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return { data, width, height, channels: 4 };
  const colours = new Uint8Array(width * height * 3);
  for (let i = 0, o = 0; o < colours.length; i++) {
    colours[o++] = data[i++]!;
    colours[o++] = data[i++]!;
    colours[o++] = data[i++]!;
  }
  return { data: colours, width, height, channels: 3 };
}
