/**
 * A classifier as a backbone: the feature maps of named layers.
 *
 * @module
 */
import type { ClassifyOptions } from "./classify.ts";
import { prepared } from "./classify/prepare.ts";
import { decodeImage } from "./image/decode.ts";
import type { ImageInput } from "./image/pixels.ts";
import { convertToSrgb } from "./image/srgb.ts";
import type { Model } from "./load_model.ts";
import { Ops } from "./ops/ops.ts";
import { openDry } from "./run/dry_device.ts";
import { runModel, type RunOptions } from "./run/run_model.ts";

/** Layers of Vim: after the patch embedding, before the first layer, after layer i, and what the head sees. */
export type VimLayer = "patch_embed" | "tokens" | `layer.${number}` | "features";

/** Layers of VMamba: after the patch embedding, block j of stage s, stage s with its downsampling, what the head sees. */
export type VMambaLayer = "patch_embed" | `layer.${number}.${number}` | `layer.${number}` | "features";

/** Layers of MambaOut: what enters stage s, its block j, what the head sees. */
export type MambaOutLayer = `downsample_layers.${number}` | `layer.${number}.${number}` | "features";

/** Name of a layer of any classifier. */
export type LayerName = VimLayer | VMambaLayer | MambaOutLayer;

/** What a layer gave. */
export interface FeatureMap {
  /** Row-major. */
  readonly data: Float32Array;
  /** Vim: [1, tokens, channels], class tokens among them. VMamba, MambaOut: [1, height, width, channels]. */
  readonly shape: readonly number[];
}

/** How {@linkcode features} runs. */
export interface FeaturesOptions<L extends LayerName = LayerName> extends Omit<RunOptions, "tap"> {
  /** The layers wanted. */
  readonly layers: readonly L[];
  /** For a model that leaves something to chance, as for `classify`. */
  readonly choices?: ClassifyOptions["choices"];
}

/**
 * The feature maps of named layers of a classifier, for an image prepared as `classify` does it.
 *
 * @throws {RangeError} When a layer is not one of the model's; the message lists them.
 * @throws {TypeError} When the model is no classifier, or no layer is asked for.
 *
 * @example
 * ```ts
 * import { defaultModel, features, loadModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using vim = await loadModel(device, await defaultModel("classify"));
 * const maps = await features(vim, "examples/photos/chelsea.png", { layers: ["layer.0", "features"] });
 * console.log(maps["layer.0"].shape, maps.features.shape);
 * ```
 */
export async function features<const L extends LayerName>(
  model: Model,
  image: ImageInput,
  { layers, choices, ...run }: FeaturesOptions<L>,
): Promise<Readonly<Record<L, FeatureMap>>> {
  if (model.info.task !== "classify" || !model.imageSize) {
    throw new TypeError(
      `Cannot take features as the model must be a classifier: current model is ${
        model.info.variant ?? model.info.family
      }`,
    );
  }
  if (layers.length === 0) throw new TypeError("Cannot take features as layers must name at least one: it is empty");
  const [height, width] = model.imageSize, shape = [1, height, width, model.channels];
  const names = layerNames(model, shape), unknown = layers.filter((layer) => !names.includes(layer));
  if (unknown.length > 0) {
    throw new RangeError(
      `Cannot take features as every layer must be one of ${names.join(", ")}: current unknown ones are ${
        unknown.join(", ")
      }`,
    );
  }
  const { signal } = run, pixels = await convertToSrgb(await decodeImage(image, signal ? { signal } : {}), { signal });
  const input = (await prepared(model, pixels, signal)).tensor;
  const wanted = new Set<string>(layers);
  const readings: [string, readonly number[], Promise<Float32Array>][] = [];
  await runModel(model.device, (ops, tap) => model.forward(ops, ops.input(input, shape), tap, choices), {
    ...run,
    tap: (name, tensor) => {
      if (wanted.has(name)) readings.push([name, tensor.shape, model.device.read(tensor)]);
    },
  });
  const maps: Record<string, FeatureMap> = {};
  for (const [name, shape, reading] of readings) maps[name] = { data: await reading, shape };
  return maps as Record<L, FeatureMap>;
}

/** Names of all layers, found without computing anything. */
function layerNames(model: Model, shape: readonly number[]): string[] {
  const ops = new Ops(openDry()), names: string[] = [];
  const steps = model.forward(ops, ops.empty(shape), (name) => void names.push(name));
  while (!steps.next().done) continue;
  return names;
}
