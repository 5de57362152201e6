/**
 * What a classifier says of prepared images.
 *
 * @module
 */
import type { Model } from "../load_model.ts";
import type { Choices } from "../models/family.ts";
import { runModel, type RunOptions } from "../run/run_model.ts";
import { preprocessingOf, sidesOf } from "./prepare.ts";

/** Images a GPU takes at once. */
const GPU_BATCH = 16;

/** How many images the model's device takes at once. */
export const imagesAtOnce = ({ device }: Model): number => device.kind === "webgpu" ? GPU_BATCH : 1;

/**
 * Scores of each image, one a class, all images in one run.
 *
 * @throws {TypeError} When the model gives other than one score per class and image.
 */
export async function scoresOf(
  model: Model,
  tensors: readonly Float32Array[],
  { choices, ...options }: RunOptions & { readonly choices?: Choices } = {},
): Promise<Float32Array[]> {
  const [height, width] = sidesOf(preprocessingOf(model).crop), { channels, classes } = model;
  const images = new Float32Array(tensors.length * height * width * channels);
  tensors.forEach((tensor, i) => images.set(tensor, i * tensor.length));
  const logits = await runModel(model.device, function* (ops, tap) {
    const input = ops.input(images, [tensors.length, height, width, channels]);
    return yield* model.forward(ops, input, tap, choices);
  }, { ...options, like: choices ? undefined : { model, key: `${tensors.length}` } });
  if (logits.length !== tensors.length * classes) {
    throw new TypeError(
      `Cannot classify as the model must give one score per class and image: current output has ${logits.length} ` +
        `values for ${classes} classes and ${tensors.length} images; its final_pool_type does not pool`,
    );
  }
  return tensors.map((_, i) => logits.slice(i * classes, (i + 1) * classes));
}

/** Probabilities that scores stand for. */
export function softmax(scores: Float32Array): Float64Array {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = Float64Array.from(scores, (score) => Math.exp(score - largest));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}
