/**
 * An engine in a worker: the verbs of this package, off the page's thread.
 *
 * @module
 */
import type { Classification, ClassifyOptions } from "../classify.ts";
import type { DefaultModelOptions, DefaultTask } from "../default_model.ts";
import type { Device, DeviceAccount, DeviceMemory } from "../device.ts";
import type { FeatureMap, FeaturesOptions, LayerName } from "../features.ts";
import type { Forecast, Series } from "../forecast.ts";
import type { Fused, FuseOptions, FusePair } from "../fuse.ts";
import type { GenerateOptions } from "../generate.ts";
import type { DecodeOptions } from "../image/decode.ts";
import type { EncodeOptions } from "../image/encode.ts";
import type { ImageInput, Pixels, PixelSource } from "../image/pixels.ts";
import type { TokenIds } from "../language_model.ts";
import type { InputSize, LoadOptions } from "../load_model.ts";
import type { OpenOptions } from "../open_device.ts";
import type { SourceInput } from "../bytes/source.ts";
import type { Restored, RestoredRows, RestoredTile, RestoreOptions, RestoreTask } from "../restore/options.ts";
import type { RunOptions } from "../run/run_model.ts";
import type { BuiltIn, LanguageFacts, ModelFacts } from "./calls.ts";
import { openLine, type Options } from "./line.ts";
import type { Ref } from "./messages.ts";
import { type Sent, sentImage, sentSource } from "./send.ts";
import { startWorker, type WorkerWish } from "./start.ts";

export type { BuiltIn, LanguageFacts, ModelFacts } from "./calls.ts";
export type { WorkerWish } from "./start.ts";

/** How an engine is opened. */
export interface WorkerEngineOptions {
  /** Which device it opens; the best one there is by default. */
  readonly device?: Omit<OpenOptions, "gpu">;
  /**
   * The worker, where it cannot be found by itself: one that runs `@sidewinder/sidewinder/worker`, the address of that file,
   * or a function that starts it.
   */
  readonly worker?: WorkerWish;
}

/** What calls that take a picture may be told beside. */
export interface HandOver {
  /** Hands the picture over instead of copying it: its memory is the worker's afterwards, and empty here. */
  readonly transfer?: boolean;
}

/** A model in the worker. */
export interface WorkerModel extends ModelFacts {
  /** See `Model.warmup()`. */
  warmup(size?: InputSize): Promise<void>;
  /** Frees its memory there. */
  close(): void;
  /** Same as {@linkcode WorkerModel.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The built-in nets of a task in the worker, see `openNets()`. */
export type WorkerNets = Pick<WorkerModel, "close" | typeof Symbol.asyncDispose>;

/** A language model in the worker. */
export interface WorkerLanguageModel extends LanguageFacts, WorkerNets {
  /** See `LanguageModel.logits()`. */
  logits(ids: TokenIds, options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
}

/** What restores there. */
export type WorkerRestorer = WorkerModel | WorkerNets;

/** The calls of an engine in a worker: those of the package, without the device. */
export interface WorkerCalls {
  /** The built-in model of a task as a source for {@linkcode WorkerCalls.loadModel}, which the worker reads itself. */
  defaultModel(task: DefaultTask, options?: DefaultModelOptions): Promise<BuiltIn>;
  /** See `loadModel()`. */
  loadModel(source: SourceInput | BuiltIn, options?: LoadOptions): Promise<WorkerModel>;
  /** See `loadLanguageModel()`. */
  loadLanguageModel(source: SourceInput, options?: LoadOptions): Promise<WorkerLanguageModel>;
  /** See `generate()`; a cache stays in the thread where it was made. */
  generate(
    model: WorkerLanguageModel,
    ids: TokenIds,
    options?: Omit<GenerateOptions, "cache">,
  ): AsyncGenerator<number, void>;
  /** See `openNets()`. */
  openNets(task?: RestoreTask, options?: Omit<LoadOptions, "onProgress">): Promise<WorkerNets>;
  /** See `classify()`. */
  classify(model: WorkerModel, image: ImageInput, options?: ClassifyOptions & HandOver): Promise<Classification>;
  /** See `classifyAll()`. */
  classifyAll(model: WorkerModel, images: readonly ImageInput[], options?: ClassifyOptions): Promise<Classification[]>;
  /** See `features()`. */
  features<const L extends LayerName>(
    model: WorkerModel,
    image: ImageInput,
    options: FeaturesOptions<L> & HandOver,
  ): Promise<Readonly<Record<L, FeatureMap>>>;
  /** See `forecast()`. */
  forecast(model: WorkerModel, series: Series, options?: Omit<RunOptions, "tap">): Promise<Forecast>;
  /** See `fuse()`. */
  fuse(model: WorkerModel, pair: FusePair, options?: Omit<FuseOptions, "tap">): Promise<Fused>;
  /** See `restore()`. */
  restore(model: WorkerRestorer, image: ImageInput, options?: RestoreOptions & HandOver): Promise<Restored>;
  /** See `restoreTiles()`. */
  restoreTiles(
    model: WorkerRestorer,
    image: ImageInput,
    options?: RestoreOptions & HandOver,
  ): AsyncGenerator<RestoredTile, void>;
  /** See `restoreRows()`. */
  restoreRows(model: WorkerRestorer, image: ImageInput, options?: RestoreOptions & HandOver): Promise<RestoredRows>;
  /** See `decodeImage()`. */
  decodeImage(image: ImageInput, options?: DecodeOptions & HandOver): Promise<Pixels>;
  /** See `encodeImage()`. */
  encodeImage(pixels: PixelSource, options: EncodeOptions & HandOver): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * An engine in a worker, with the calls of {@linkcode WorkerCalls}. Several may wait at once: they share the device, a
 * classification goes before the tiles of a restoration, and a larger `priority` before a smaller one.
 */
export interface WorkerEngine extends WorkerCalls {
  /** Full name of the device, such as `wasm relaxed-simd`. */
  readonly device: string;
  /** Its kind. */
  readonly kind: Device["kind"];
  /** Threads that share its work. */
  readonly threads: number | undefined;
  /** Why it was taken. */
  readonly account: DeviceAccount | undefined;
  /** Memory in use on it. */
  memory(): Promise<DeviceMemory>;
  /** Ends the worker with all models; calls that wait are rejected. */
  close(): void;
  /** Same as {@linkcode WorkerEngine.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an engine in a worker, so that a page stays alive whatever is computed. Errors keep their class and words; an abort
 * rejects at once; when the worker dies, calls that wait are rejected and another engine can be opened. `docs/browsers.md`
 * tells how it comes up from bundlers, a CDN, an extension, and under which policy.
 *
 * @throws {TypeError} Where there are no workers, as in a service worker.
 * @throws {Error} When the worker does not come up, or there is no such device; the message tells what was tried.
 *
 * @example
 * ```ts
 * import { createWorkerEngine } from "@sidewinder/sidewinder";
 *
 * await using engine = await createWorkerEngine({ device: { threads: 1 } });
 * await using model = await engine.loadModel(await engine.defaultModel("classify"));
 * const photo = { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64, channels: 3 } as const; // or an <img>, a Blob, …
 * const { labels } = await engine.classify(model, photo, { top: 1 });
 * console.log(labels[0]!.name);
 * ```
 */
export async function createWorkerEngine({ device = {}, worker }: WorkerEngineOptions = {}): Promise<WorkerEngine> {
  const line = openLine(await startWorker(worker)), refs = new WeakMap<object, number>();
  type Opened = Pick<Device, "kind" | "name"> & { threads: number | undefined; account: DeviceAccount | undefined };
  const { kind, name, threads, account } = await line.call<Opened>("open", [], device as Options).catch((error) => {
    line.close();
    throw error;
  });

  const handle = <H extends object>(ref: number, facts: H): H & WorkerNets => {
    const held = {
      ...facts,
      close: () => void line.call("release", [ref]).catch(() => {}), // with the worker all is gone
      [Symbol.asyncDispose]: () => line.call<void>("release", [ref]).catch(() => {}),
    };
    refs.set(held, ref);
    return held;
  };
  const refOf = (call: string, model: object): Ref => {
    const ref = refs.get(model);
    if (ref !== undefined) return { ref };
    throw new TypeError(
      `Cannot ${call} in a worker as the model must be one that this engine has loaded: current one is another`,
    );
  };
  /** Loads a model of either kind. */
  const load = async <F>(call: string, source: SourceInput | BuiltIn, options?: LoadOptions) => {
    const { value, transfer }: Sent = typeof source === "object" && "builtIn" in source
      ? { value: source, transfer: [] }
      : await sentSource(source);
    return await line.call<Ref & { facts: F }>(call, [value], options as Options, transfer);
  };
  type Call = [args: unknown[], options: Options, transfer: Iterable<Transferable>];
  /** A call over a model and a picture. */
  const onImage = async (
    call: string,
    model: object | undefined,
    image: ImageInput,
    given: { readonly maxPixels?: number; readonly signal?: AbortSignal | undefined } & HandOver = {},
  ): Promise<Call> => {
    given.signal?.throwIfAborted();
    const first = model ? [refOf(call, model)] : [], { transfer: handOver, ...options } = given;
    const { value, transfer }: Sent = await sentImage(image, given.maxPixels, handOver);
    return [[...first, value], options, transfer];
  };

  return {
    ...{ device: name, kind, threads, account },
    memory: () => line.call("memory", []),
    defaultModel: (builtIn, options = {}) => Promise.resolve({ builtIn, options }),
    async loadModel(source, options) {
      const { ref, facts } = await load<ModelFacts>("loadModel", source, options);
      return handle(ref, { ...facts, warmup: (size: InputSize = {}) => line.call<void>("warmup", [{ ref }, size]) });
    },
    async loadLanguageModel(source, options) {
      const { ref, facts } = await load<LanguageFacts>("loadLanguageModel", source, options);
      const logits: WorkerLanguageModel["logits"] = (ids, run) => line.call("logits", [{ ref }, ids], run);
      return handle(ref, { ...facts, logits });
    },
    async *generate(model, ids, options) {
      const { steps } = await line.stream<void, number>(
        "generate",
        [refOf("generate", model), ids],
        options as Options,
      );
      yield* steps;
    },
    openNets: async (task = "upscale", options) =>
      handle((await line.call<Ref>("openNets", [task], options as Options)).ref, {}),
    classify: async (...given) => await line.call("classify", ...await onImage("classify", ...given)),
    async classifyAll(model, images, options) {
      const sent = await Promise.all(images.map((image) => sentImage(image, options?.maxPixels)));
      const args = [refOf("classify", model), sent.map(({ value }) => value)];
      return await line.call("classifyAll", args, options as Options, sent.flatMap(({ transfer }) => [...transfer]));
    },
    features: async (...given) => await line.call("features", ...await onImage("take features", ...given)),
    forecast: async (model, series, options) =>
      await line.call("forecast", [refOf("forecast", model), series], options as Options),
    fuse: async (model, pair, options) => await line.call("fuse", [refOf("fuse", model), pair], options as Options),
    restore: async (...given) => await line.call("restore", ...await onImage("restore", ...given)),
    async *restoreTiles(...given) {
      const { steps } = await line.stream<void, RestoredTile>("restoreTiles", ...await onImage("restore", ...given));
      yield* steps;
    },
    async restoreRows(...given) {
      type Facts = Omit<RestoredRows, "rows" | "predict"> & { predicted: { here?: number; modest?: number } };
      const { facts: { predicted, ...facts }, steps: rows } = await line.stream<Facts, Pixels>(
        "restoreRows",
        ...await onImage("restore", ...given),
      );
      const predict = (speed?: number): number | undefined =>
        speed === undefined ? predicted.here : predicted.modest && predicted.modest / speed;
      return { ...facts, rows, predict };
    },
    decodeImage: async (image, options) =>
      await line.call("decodeImage", ...await onImage("decode", undefined, image, options)),
    encodeImage: async (pixels, options) =>
      await line.call("encodeImage", ...await onImage("encode", undefined, pixels, options)),
    close: () => line.close(),
    [Symbol.asyncDispose]: () => Promise.resolve(line.close()),
  };
}
