/**
 * What a classifier's evaluation does to an image before the model sees it, pixel for pixel as torchvision does it on
 * PIL images: resize the shorter side, cut the centre, normalise.
 *
 * @module
 */
import { atOnce, type Steps } from "../bytes/turns.ts";
import { overWhite, type Pixels8, toChannels } from "./colour.ts";
import { checkSize, MAX_PIXELS, type Pixels } from "./pixels.ts";
import { bicubicRows } from "./resize.ts";

/** How a model wants its images; belongs to the model, not to the caller. */
export interface Preprocessing {
  /** Length of the shorter side after resizing, or `[height, width]` to resize to regardless of shape. */
  readonly resize: number | readonly [number, number];
  /** Side of the centre crop, or `[height, width]`. */
  readonly crop: number | readonly [number, number];
  /** Mean per channel, on a scale of 0 to 1. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation per channel, on a scale of 0 to 1. */
  readonly std: readonly [number, number, number];
}

/** Evaluation of the released ImageNet models: resize 256, crop 224, ImageNet's mean and deviation. */
export const IMAGENET_EVALUATION: Preprocessing = {
  resize: 256,
  crop: 224,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * Most pixels of the resized image, of which only the centre is used: a thin image of a few bytes would be blown up to a
 * hundred megapixels. Beyond the first number it may have so many times its own.
 */
const MOST_RESIZED = 4_000_000;
const MOST_GROWTH = 4;

/** An image ready for a classifier. */
export interface Evaluated {
  /** The cut-out, 8 bit RGB. */
  readonly crop: Pixels & { readonly data: Uint8Array };
  /** The cut-out normalised, `[height, width, 3]`. */
  readonly tensor: Float32Array;
}

/**
 * Resizes, cuts and normalises an image for a classifier. Alpha is blended over white, grey is replicated, 16 bits
 * become 8 first. Where the crop is larger than the resized image, the rest is black, as torchvision's `CenterCrop`
 * pads it.
 *
 * @example
 * ```ts
 * const white = { data: new Uint8Array(300 * 200).fill(255), width: 300, height: 200, channels: 1 } as const;
 * const { tensor } = evaluate(white, IMAGENET_EVALUATION); // 224 * 224 * 3 values
 * ```
 *
 * @throws {RangeError} If a size is not a positive integer, or a long and thin image would be resized to over 4 megapixels (and 4 times its own).
 */
export const evaluate = (pixels: Pixels, preprocessing: Preprocessing): Evaluated =>
  atOnce(evaluation(pixels, preprocessing));

/** The steps of {@linkcode evaluate}, a row of the image each. */
export function* evaluation(pixels: Pixels, { resize, crop, mean, std }: Preprocessing): Steps<Evaluated> {
  const [height, width] = typeof resize === "number" ? shorterSide(pixels, resize) : resize;
  const [cropHeight, cropWidth] = typeof crop === "number" ? [crop, crop] : crop;
  checkSize(cropWidth, cropHeight);
  const most = Math.min(MAX_PIXELS, Math.max(MOST_RESIZED, MOST_GROWTH * pixels.width * pixels.height));
  if (width * height > most) {
    throw new RangeError(
      `Cannot preprocess image as it must have at most ${most} pixels once resized: ` +
        `current size is ${width}x${height}, from ${pixels.width}x${pixels.height}`,
    );
  }
  const stride = pixels.width * pixels.channels;
  const rgb = (y: number) => {
    const row = { ...pixels, height: 1, data: pixels.data.subarray(y * stride, (y + 1) * stride) };
    return toChannels(overWhite(row), 3).data;
  };
  const data = yield* bicubicRows(pixels, { width, height }, 3, rgb);
  const cut = cutCentre({ data, width, height, channels: 3 }, cropHeight, cropWidth);
  return { crop: cut, tensor: normalise(cut.data, mean, std) };
}

/** Size with the shorter side `side`, the longer one truncated (`_compute_resized_output_size`). */
function shorterSide({ width, height }: Pixels, side: number): [number, number] {
  return width <= height ? [Math.trunc(side * height / width), side] : [side, Math.trunc(side * width / height)];
}

/** `torchvision.transforms.functional.center_crop` of an RGB image. */
function cutCentre(source: Pixels8, height: number, width: number): Evaluated["crop"] {
  const top = centreOffset(source.height, height), left = centreOffset(source.width, width);
  const data = new Uint8Array(height * width * 3);
  const fromX = Math.max(left, 0), toX = Math.min(left + width, source.width);
  for (let y = 0; y < height; y++) {
    const row = top + y;
    if (row < 0 || row >= source.height) continue;
    const line = source.data.subarray((row * source.width + fromX) * 3, (row * source.width + toX) * 3);
    data.set(line, (y * width + fromX - left) * 3);
  }
  return { data, width, height, channels: 3 };
}

/** First row (or column) of the crop in the image: half the surplus, rounded half to even; negative where padded. */
function centreOffset(size: number, crop: number): number {
  if (crop > size) return -Math.floor((crop - size) / 2);
  const half = (size - crop) / 2;
  const floor = Math.floor(half);
  return half - floor === 0.5 ? floor + floor % 2 : Math.round(half);
}

/** `(v / 255 − mean) / std` per channel, each step rounded to float32 as torch does; `[…, 3]`. */
function normalise(data: Uint8Array, mean: readonly number[], std: readonly number[]): Float32Array {
  const { fround } = Math;
  const tables = [0, 1, 2].map((c) =>
    Float32Array.from({ length: 256 }, (_, v) => fround(fround(v / 255) - fround(mean[c]!)) / fround(std[c]!))
  );
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i += 3) {
    for (let c = 0; c < 3; c++) out[i + c] = tables[c]![data[i + c]!]!;
  }
  return out;
}
