/**
 * From an image to class names: decode, preprocess as the model wants it, run, softmax, sort.
 *
 * @module
 */
import { prepared } from "./classify/prepare.ts";
import { imagesAtOnce, scoresOf, softmax } from "./classify/scores.ts";
import type { Device } from "./device.ts";
import { decodeImage } from "./image/decode.ts";
import type { ImageInput } from "./image/pixels.ts";
import { convertToSrgb } from "./image/srgb.ts";
import { loadModel, type LoadOptions, type Model, type ModelSource } from "./load_model.ts";
import type { Choices } from "./models/family.ts";
import { loadImagenetLabels } from "./models/imagenet_labels.ts";
import type { RunOptions } from "./run/run_model.ts";

export { preprocessingOf } from "./classify/prepare.ts";

/** One class and how likely it is. */
export interface Label {
  /** Position of the class among the model's outputs. */
  readonly index: number;
  /** Its name, or `class N` where the model has no names. */
  readonly name: string;
  /** Softmax over all classes. */
  readonly probability: number;
}

/** Milliseconds each phase took. */
export interface ClassifyTimings {
  /** Bytes to pixels. */
  readonly decode: number;
  /** Pixels to the model's input. */
  readonly preprocess: number;
  /** Input to logits; for a batch the share of one image. */
  readonly run: number;
}

/** What a classifier says of an image. */
export interface Classification {
  /** The likeliest classes, best first. */
  readonly labels: readonly Label[];
  /** Raw outputs, one per class. */
  readonly logits: Float32Array;
  /** Device that ran. */
  readonly device: string;
  /** Milliseconds per phase. */
  readonly timings: ClassifyTimings;
  /** What is worth knowing of the image: that its colours could not be converted to the sRGB that models know. */
  readonly warnings?: readonly string[];
}

/** How {@linkcode classify} runs. */
export interface ClassifyOptions extends RunOptions {
  /** For a model that leaves something to chance: a seed, or what is chosen, such as `{ flip: true }` for a Vim. */
  readonly choices?: Choices;
  /** Number of labels; 5 by default. */
  readonly top?: number;
  /** Largest image accepted, in pixels; 100 megapixels by default. */
  readonly maxPixels?: number;
}

/** Options of the one-shot form: which model, and how it is loaded. */
export interface OneShotOptions extends ClassifyOptions, LoadOptions {
  /** The checkpoint. */
  readonly model: ModelSource;
}

/**
 * Classifies an image, in sRGB whatever its colour profile is.
 *
 * The first form runs a loaded model; the second loads one, runs it and closes it.
 *
 * @throws {SyntaxError} When the bytes are not an image that can be read.
 * @throws {RangeError} When the image is empty or larger than `maxPixels`.
 *
 * @example
 * ```ts
 * import { classify, defaultModel, loadModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using vim = await loadModel(device, await defaultModel("classify"));
 * const { labels } = await classify(vim, { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64, channels: 3 });
 * console.log(labels[0]!.name, labels[0]!.probability);
 * ```
 */
export async function classify(model: Model, image: ImageInput, options?: ClassifyOptions): Promise<Classification>;
/** The one-shot form. */
export async function classify(device: Device, image: ImageInput, options: OneShotOptions): Promise<Classification>;
export async function classify(
  target: Model | Device,
  image: ImageInput,
  options: ClassifyOptions | OneShotOptions = {},
): Promise<Classification> {
  if ("info" in target) return (await classifyAll(target, [image], options))[0]!;
  if (!("model" in options)) {
    throw new TypeError(
      "Cannot classify as options.model must name a checkpoint when a device is given: it is missing",
    );
  }
  await using model = await loadModel(target, options.model, options);
  return await classify(model, image, options);
}

/** Classifies several images; on a GPU in batches. Results are in the order of the images. */
export async function classifyAll(
  model: Model,
  images: readonly ImageInput[],
  options: ClassifyOptions = {},
): Promise<Classification[]> {
  const { top = 5 } = options;
  if (!Number.isInteger(top) || top < 1) {
    throw new RangeError(`Cannot classify as top must be a whole number of at least 1: current value is ${top}`);
  }
  if (model.classes === 0) {
    throw new TypeError(
      `Cannot classify as the model must have a classification head: current model is ${model.info.family} without one`,
    );
  }
  const names = await namesOf(model);
  const size = imagesAtOnce(model);
  const results: Classification[] = [];
  for (let first = 0; first < images.length; first += size) {
    const batch = [];
    for (const image of images.slice(first, first + size)) batch.push(await prepare(model, image, options));
    const started = performance.now();
    const scores = await scoresOf(model, batch.map(({ tensor }) => tensor), options);
    const run = (performance.now() - started) / batch.length;
    batch.forEach(({ timings, warnings }, i) => {
      const own = scores[i]!;
      const labels = topLabels(own, names, top);
      const device = model.device.name;
      results.push({
        labels,
        logits: own,
        device,
        timings: { ...timings, run },
        ...(warnings.length > 0 && { warnings }),
      });
    });
  }
  return results;
}

async function prepare(model: Model, image: ImageInput, options: ClassifyOptions) {
  const started = performance.now(), warnings: string[] = [];
  const pixels = await convertToSrgb(
    await decodeImage(image, {
      ...(options.maxPixels === undefined ? {} : { maxPixels: options.maxPixels }),
      ...(options.signal ? { signal: options.signal } : {}),
    }),
    {
      onUnconverted: (reason) => warnings.push(`colours are taken as they are: ${reason}`),
      signal: options.signal,
    },
  );
  const decoded = performance.now();
  const { tensor } = await prepared(model, pixels, options.signal);
  return { tensor, warnings, timings: { decode: decoded - started, preprocess: performance.now() - decoded } };
}

async function namesOf(model: Model): Promise<readonly string[] | undefined> {
  const names = model.labels ?? (model.classes === 1000 ? await loadImagenetLabels() : undefined);
  if (names && names.length !== model.classes) {
    throw new TypeError(
      `Cannot classify as labels must name all ${model.classes} classes: current number of names is ${names.length}`,
    );
  }
  return names;
}

/** The likeliest classes, best first; equal ones in the order of the classes. */
function topLabels(logits: Float32Array, names: readonly string[] | undefined, top: number): Label[] {
  return Array.from(softmax(logits), (probability, index) => ({
    index,
    name: names?.[index] ?? `class ${index}`,
    probability,
  })).sort((a, b) => b.probability - a.probability).slice(0, top);
}
