/**
 * From pixels to what a classifier is run on.
 *
 * @module
 */
import { inTurns } from "../bytes/turns.ts";
import { type Pixels8, toChannels } from "../image/colour.ts";
import type { Pixels } from "../image/pixels.ts";
import { evaluation, IMAGENET_EVALUATION, type Preprocessing } from "../image/preprocess.ts";
import type { Model } from "../load_model.ts";

/** Height and width of a size that may be one number. */
export const sidesOf = (size: number | readonly [number, number]): readonly [number, number] =>
  typeof size === "number" ? [size, size] : size;

/**
 * The model's own preprocessing, cut to its image size; without one, ImageNet evaluation: the shorter side is resized
 * to the model's side / 0.875 (224: 256) and the centre is cut out. The preprocessing of a model of any size says the size.
 */
export function preprocessingOf(model: Model): Preprocessing {
  const own = model.preprocessing;
  if (!model.imageSize) return own ?? IMAGENET_EVALUATION;
  const [height, width] = model.imageSize;
  if (!own) {
    const resize = height === width
      ? Math.trunc(height / 0.875)
      : [Math.trunc(height / 0.875), Math.trunc(width / 0.875)] as const;
    return { ...IMAGENET_EVALUATION, resize, crop: [height, width] };
  }
  const [cropHeight, cropWidth] = sidesOf(own.crop);
  if (cropHeight === height && cropWidth === width) return own;
  const resize = typeof own.resize === "number"
    ? Math.round(own.resize * Math.min(height / cropHeight, width / cropWidth))
    : [Math.round(own.resize[0] * height / cropHeight), Math.round(own.resize[1] * width / cropWidth)] as const;
  return { ...own, resize, crop: [height, width] };
}

/** An image as a model takes it. */
export interface Prepared {
  /** [height, width, channels], normalised. */
  readonly tensor: Float32Array;
  /** The part of the image that the model sees, 8 bit RGB. */
  readonly crop: Pixels8;
}

/**
 * Resizes, cuts and normalises an image; a model of one channel sees the luma.
 *
 * @throws {TypeError} When the model takes neither.
 */
export async function prepared(model: Model, pixels: Pixels, signal?: AbortSignal): Promise<Prepared> {
  if (model.channels !== 1 && model.channels !== 3) {
    throw new TypeError(
      `Cannot prepare an image as the model must take images of 1 or 3 channels: current ${model.info.family} takes ` +
        `${model.channels}`,
    );
  }
  const preprocessing = preprocessingOf(model), { mean, std } = preprocessing;
  const { tensor, crop } = await inTurns(evaluation(pixels, preprocessing), signal);
  if (model.channels !== 1) return { tensor, crop };
  return { tensor: Float32Array.from(toChannels(crop, 1).data, (value) => (value / 255 - mean[0]) / std[0]), crop };
}
