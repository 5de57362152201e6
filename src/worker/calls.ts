/**
 * What an engine does for its page: the public verbs, on one device, over models that it keeps.
 *
 * @module
 */
import { isReleased } from "../checkpoint/released.ts";
import { classifyAll, type ClassifyOptions } from "../classify.ts";
import { defaultModel, type DefaultModelOptions, type DefaultTask } from "../default_model.ts";
import type { Device } from "../device.ts";
import { features, type FeaturesOptions } from "../features.ts";
import { forecast, type Series } from "../forecast.ts";
import { fuse, type FuseOptions, type FusePair } from "../fuse.ts";
import { generate, type GenerateOptions } from "../generate.ts";
import { decodeImage, type DecodeOptions } from "../image/decode.ts";
import { encodeImage, type EncodeOptions } from "../image/encode.ts";
import type { ImageInput, PixelSource } from "../image/pixels.ts";
import { type LanguageModel, loadLanguageModel, type TokenIds } from "../language_model.ts";
import { type InputSize, loadModel, type LoadOptions, type Model, type ModelSource } from "../load_model.ts";
import { openDevice, type OpenOptions } from "../open_device.ts";
import { openNets, restore, restoreRows, restoreTiles } from "../restore.ts";
import type { RestoreNets, Restorer } from "../restore.ts";
import type { RestoreOptions, RestoreTask } from "../restore/options.ts";
import type { RunOptions } from "../run/run_model.ts";

/** What the worker keeps. */
export interface Kept {
  device?: Device;
  /** Models and nets by number. */
  readonly refs: Map<number, Model | RestoreNets | LanguageModel>;
  last: number;
}

/** The source of a built-in model, which the worker reads. */
export interface BuiltIn {
  /** What it is for. */
  readonly builtIn: DefaultTask;
  /** Which of those for it. */
  readonly options: DefaultModelOptions;
}

/** A text that is the name of a model, or an address. */
interface Named {
  readonly named: string;
  readonly address: string;
}

async function sourceOf(source: ModelSource | BuiltIn | Named): Promise<ModelSource> {
  if (typeof source !== "object") return source;
  if ("builtIn" in source) return await defaultModel(source.builtIn, source.options);
  return "named" in source ? (isReleased(source.named) ? source.named : source.address) : source;
}

/** What can be said of a model without it. */
export type ModelFacts = Pick<
  Model,
  "info" | "channels" | "imageSize" | "classes" | "scale" | "multiple" | "preprocessing" | "labels"
>;

/** What can be said of a language model without it. */
export type LanguageFacts = Pick<LanguageModel, "config" | "variant" | "parameters" | "fingerprint">;

function keep(kept: Kept, value: Model | RestoreNets | LanguageModel): number {
  kept.refs.set(++kept.last, value);
  return kept.last;
}

const factsOf = (model: Model): ModelFacts => {
  const { info, channels, imageSize, classes, scale, multiple, preprocessing, labels } = model;
  return { info, channels, imageSize, classes, scale, multiple, preprocessing, labels };
};

/** Calls with one answer. */
export const CALLS: Readonly<Record<string, (kept: Kept, ...args: never[]) => unknown>> = {
  async open(kept, options: OpenOptions) {
    const { kind, name, threads, account } = kept.device = await openDevice(options);
    return { kind, name, threads, account };
  },
  memory: (kept) => kept.device!.memory(),
  async loadModel(kept, source: ModelSource | BuiltIn | Named, options: LoadOptions) {
    const from = await sourceOf(source);
    const model = await loadModel(kept.device!, from, options);
    return { ref: keep(kept, model), facts: factsOf(model) };
  },
  async loadLanguageModel(kept, source: ModelSource | BuiltIn | Named, options: LoadOptions) {
    const model = await loadLanguageModel(kept.device!, await sourceOf(source), options);
    const { config, variant, parameters, fingerprint } = model;
    return { ref: keep(kept, model), facts: { config, variant, parameters, fingerprint } };
  },
  logits: (_, model: LanguageModel, ids: TokenIds, options: object) => model.logits(ids, options),
  openNets: (kept, task: RestoreTask, options: LoadOptions) => ({
    ref: keep(kept, openNets(kept.device!, task, options)),
  }),
  async release(kept, ref: number) {
    await kept.refs.get(ref)?.[Symbol.asyncDispose]();
    kept.refs.delete(ref);
  },
  warmup: (_, model: Model, size: InputSize) => model.warmup(size),
  classify: async (_, model: Model, image: ImageInput, options: ClassifyOptions) =>
    (await classifyAll(model, [image], options))[0],
  classifyAll: (_, model: Model, images: ImageInput[], options: ClassifyOptions) => classifyAll(model, images, options),
  features: (_, model: Model, image: ImageInput, options: FeaturesOptions) => features(model, image, options),
  forecast: (_, model: Model, series: Series, options: RunOptions) => forecast(model, series, options),
  fuse: (_, model: Model, pair: FusePair, options: FuseOptions) => fuse(model, pair, options),
  restore: (_, model: Restorer, image: ImageInput, options: RestoreOptions) => restore(model, image, options),
  decodeImage: (_, image: ImageInput, options: DecodeOptions) => decodeImage(image, options),
  encodeImage: (_, pixels: PixelSource, options: EncodeOptions) => encodeImage(pixels, options),
};

/** What is answered part by part: what is known at once, and the parts. */
interface Stream {
  readonly facts: unknown;
  readonly steps: AsyncIterator<unknown>;
}

/** Calls whose answers come part by part. */
export const STREAMS: Readonly<Record<string, (kept: Kept, ...args: never[]) => Stream | Promise<Stream>>> = {
  restoreTiles: (_, model: Restorer, image: ImageInput, options: RestoreOptions) => ({
    facts: undefined,
    steps: restoreTiles(model, image, options),
  }),
  generate: (_, model: LanguageModel, ids: TokenIds, options: GenerateOptions) => ({
    facts: undefined,
    steps: generate(model, ids, options),
  }),
  async restoreRows(_, model: Restorer, image: ImageInput, options: RestoreOptions) {
    const { rows, predict, ...facts } = await restoreRows(model, image, options);
    const predicted = { here: predict(), modest: predict(1) };
    return { facts: { ...facts, predicted }, steps: rows[Symbol.asyncIterator]() };
  },
};
