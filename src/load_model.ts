/**
 * From a checkpoint to a model on a device.
 *
 * @module
 */
import type { LongStep } from "./progress.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { CheckpointLimits } from "./checkpoint/limits.ts";
import { locate } from "./checkpoint/locate.ts";
import { openCheckpoint } from "./checkpoint/open.ts";
import { isNamed, names } from "./checkpoint/named.ts";
import type { SourceInput } from "./bytes/source.ts";
import { countParameters, specKeys } from "./checkpoint/weights.ts";
import { printable } from "./bytes/errors.ts";
import { renamedEntries } from "./checkpoint/renamed.ts";
import type { Device } from "./device.ts";
import type { Preprocessing } from "./image/preprocess.ts";
import type {
  AnyDetected,
  Choices,
  Detected,
  Family,
  ModelFacts,
  ModelMetadata,
  OptionSource,
  Task,
} from "./models/family.ts";
import { FAMILIES, hasMarks } from "./models/families.ts";
import { readMetadata } from "./models/metadata.ts";
import { planModel, type Tap } from "./run/run_model.ts";
import type { Ops } from "./ops/ops.ts";
import type { Tensor } from "./tensor.ts";

/** What a checkpoint is. */
export interface ModelInfo {
  /** `vim`, … */
  readonly family: string;
  /** What people call the family. */
  readonly title: string;
  /** What it is for. */
  readonly task: Task;
  /** Name of the released variant, when it is one. */
  readonly variant: string | undefined;
  /** Container it came in. */
  readonly format: "pth" | "safetensors";
  /** Part of the file that was taken, empty for the top. */
  readonly root: string;
  /** Tensors the model uses. */
  readonly tensors: number;
  /** Numbers the model uses. */
  readonly parameters: number;
  /** How they are stored, such as `F16` or `F32`. */
  readonly dtypes: readonly string[];
  /** Constructor options by their official names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option comes from. */
  readonly sources: Readonly<Record<string, OptionSource>>;
  /** Tensors and parts of the file that are not needed. */
  readonly ignored: readonly string[];
  /** What the authors published. */
  readonly published: PublishedFacts;
}

/** What the authors of a model published. */
export interface PublishedFacts {
  /** Authors, year, title and where it stands. */
  readonly paper: string;
  /** The official code. */
  readonly repository: string;
  /** Terms of the official code and of its weights. */
  readonly licence: { readonly code: string; readonly weights: string };
  /** Results of the variant by what was measured. */
  readonly figures: Readonly<Record<string, number>>;
}

/** How a model is loaded. */
export interface LoadOptions extends LongStep {
  /** Constructor options by their official names, such as `{ img_size: 384 }`; they come before what the file says. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Part of the checkpoint that holds the weights, such as `model_ema`. */
  readonly key?: string;
  /** Names of the classes; come before those of the file. */
  readonly labels?: readonly string[];
  /** Preprocessing; comes before that of the file. */
  readonly preprocessing?: Preprocessing;
  /** What opening the checkpoint may cost. */
  readonly limits?: CheckpointLimits;
  /** Folder for downloaded checkpoints instead of the usual one. */
  readonly cacheDir?: string | undefined;
  /** Takes released checkpoints and those of the hub only from the cache. */
  readonly offline?: boolean | undefined;
  /** Token for private and gated repositories of the hub; `HF_TOKEN` of the environment unless given. */
  readonly token?: string | undefined;
  /** Address of a mirror of the hub; `HF_ENDPOINT` of the environment, or the hub itself, unless given. */
  readonly mirror?: string | URL | undefined;
}

/** Size of what a model will be run on. */
export interface InputSize {
  /** Rows of the image or tile; those of the model by default. */
  readonly height?: number;
  /** Columns. */
  readonly width?: number;
  /** Images at once; 1 by default. */
  readonly batch?: number;
}

/** A model on a device. It holds device memory until it is closed. */
export interface Model {
  /** What it is. */
  readonly info: ModelInfo;
  /** Where it runs. */
  readonly device: Device;
  /** Channels of its input image. */
  readonly channels: number;
  /** The one size of image it takes; undefined: any. */
  readonly imageSize: readonly [height: number, width: number] | undefined;
  /** Classification: number of classes; 0 when there is no head. */
  readonly classes: number;
  /** Restoration: output sides are this many times the input's. */
  readonly scale: number;
  /** Restoration: sides of its input must be multiples of this. */
  readonly multiple: number;
  /** Preprocessing that the caller or the file names. */
  readonly preprocessing: Preprocessing | undefined;
  /** Class names that the caller or the file names. */
  readonly labels: readonly string[] | undefined;
  /** Image [b, height, width, channels] to the model's output; to be driven by `runModel`. `choices`: see {@linkcode Choices}. */
  forward(ops: Ops, image: Tensor, tap?: Tap, choices?: Choices): Generator<void, Tensor>;
  /**
   * Prepares the device for inputs of a size, so that the first run is no slower than the next: a GPU compiles the shaders
   * it needs, others have nothing to do. A model of one size does this when it is loaded, for one image.
   *
   * @throws {TypeError} The model takes any size and none is given.
   * @throws {RangeError} A side or the batch is no whole number of at least 1.
   *
   * @example
   * ```ts
   * import { defaultModel, loadModel, openDevice } from "@sidewinder/sidewinder";
   *
   * await using device = await openDevice();
   * await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
   * await model.warmup({ height: 16, width: 24 });
   * ```
   */
  warmup(size?: InputSize): Promise<void>;
  /** Frees the device memory. */
  close(): void;
  /** Same as {@linkcode Model.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Where a model can come from: bytes, a Blob or File, a `Response`, a path, a URL, a released name, a file on the hub as
 * `hf:owner/repo[@revision]/file`, or an open checkpoint.
 */
export type ModelSource = SourceInput | Checkpoint;

const isCheckpoint = (source: ModelSource): source is Checkpoint =>
  typeof source === "object" && source !== null && "root" in source;

/** Opens the checkpoint behind a source; a released name, or one on the hub, is downloaded to the cache once. */
export async function openModelSource(source: ModelSource, options: LoadOptions = {}): Promise<Checkpoint> {
  if (isCheckpoint(source)) return options.key === undefined ? locate(source, isKnown) : source;
  const checkpoint = typeof source === "string" && isNamed(source)
    ? await (await names()).openNamed(source, options)
    : await openCheckpoint(source, options).catch(async (error) => {
      if (typeof source === "string") (await names()).orMeant(source, error);
      throw error;
    });
  return options.key === undefined ? locate(checkpoint, isKnown) : checkpoint;
}

/** The `sidewinder` entry of the file's metadata. */
function metadataOf(checkpoint: Checkpoint): ModelMetadata | undefined {
  const text = checkpoint.metadata.sidewinder;
  return text === undefined ? undefined : readMetadata("the model", text);
}

/** Whether a family recognises the tensors, even if only to refuse what is said about them. */
const isKnown = (entries: Checkpoint["entries"]): boolean => FAMILIES.some((family) => hasMarks(family, entries));

/**
 * Refuses a checkpoint that could not be run, before a weight is read: tensors that differ from the model's, and sizes that
 * no device takes.
 *
 * @throws {TypeError} When tensors are missing, misshapen or unexpected.
 * @throws {RangeError} When a size is beyond what the kernels take.
 */
export function checkModel(checkpoint: Checkpoint, detected: AnyDetected): void {
  detected.rehearse(checkpoint);
}

/** What a family is asked about a checkpoint. */
export async function factsOf(
  checkpoint: Checkpoint,
  family: Pick<Family, "look">,
  options: Readonly<Record<string, unknown>> = {},
): Promise<ModelFacts> {
  return {
    shapes: new Map([...checkpoint.entries].map(([key, entry]) => [key, entry.shape])),
    metadata: metadataOf(checkpoint),
    trainingArgs: checkpoint.trainingArgs,
    options,
    seen: await family.look(checkpoint.entries),
  };
}

/** Recognises the model of a checkpoint without loading its weights. */
export async function detectModel(
  checkpoint: Checkpoint,
  options: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly detected: AnyDetected; readonly metadata: ModelMetadata | undefined }> {
  const { entries } = checkpoint, metadata = metadataOf(checkpoint);
  for (const known of FAMILIES) {
    if (!hasMarks(known, entries)) continue;
    const { family } = await known.load();
    const detected = family.detect(await factsOf(checkpoint, family, options));
    if (detected) return { detected, metadata };
  }
  const keys = printable([...entries.keys()].slice(0, 4).join(", "));
  throw new TypeError(
    `Cannot load the model as its tensors must be those of a known family (${
      FAMILIES.map(({ title }) => title).join(", ")
    }): current ones are ${entries.size}, beginning with ${keys || "none"}`,
  );
}

/** A checkpoint with its tensors under the official names. */
export function officialEntries(
  checkpoint: Checkpoint,
  { rename }: Pick<AnyDetected, "rename">,
): Checkpoint["entries"] {
  return rename ? renamedEntries(checkpoint.entries, rename) : checkpoint.entries;
}

/** Describes a detected model. */
export function describeModel(checkpoint: Checkpoint, detected: AnyDetected): ModelInfo {
  const used = [...specKeys(detected.spec)].map(([key]) => key);
  const taken = new Set(used), entries = officialEntries(checkpoint, detected);
  const extra = [...entries.keys()].filter((key) => !taken.has(key));
  const { family, title, task, variant, options, sources, published, publishedVariant } = detected;
  const { paper, repository, licence } = published;
  return {
    ...{ family, title, task, variant },
    format: checkpoint.format,
    root: checkpoint.root,
    tensors: used.length,
    parameters: countParameters(detected.spec),
    dtypes: [...new Set(used.map((key) => entries.get(key)?.dtype).filter((d) => d !== undefined))],
    ...{ options, sources },
    ignored: [...extra, ...checkpoint.ignored],
    published: { paper, repository, licence, figures: publishedVariant?.figures ?? {} },
  };
}

/** Channels of what a model is given. */
function channelsOf(takes: Detected["takes"]): number {
  if (takes.kind === "series") return takes.columns;
  return takes.kind === "tokens" ? 1 : takes.channels;
}

/**
 * Loads a model: opens the checkpoint, recognises it, and puts its weights on the device one tensor at a time.
 *
 * @param device Where it runs.
 * @param source A path, URL, Blob, File, bytes, an open checkpoint, a released name such as `vim-tiny`, or a file on the hub
 * such as `hf:hustvl/Vim-tiny-midclstok/vim_t_midclstok_76p1acc.pth`.
 * @throws {SyntaxError} When the file is not a checkpoint or is damaged.
 * @throws {TypeError} When its tensors are not those of a known model; one message lists all differences.
 * @throws {RangeError} When a weight is NaN or infinite.
 *
 * @example
 * ```ts ignore
 * import { loadModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using vim = await loadModel(device, "vim_t_midclstok_76p1acc.pth");
 * console.log(vim.info.variant, vim.info.parameters);
 * ```
 */
export async function loadModel(device: Device, source: ModelSource, options: LoadOptions = {}): Promise<Model> {
  const checkpoint = await openModelSource(source, options);
  try {
    const { detected, metadata } = await detectModel(checkpoint, options.options);
    checkModel(checkpoint, detected);
    if (detected.task === "generate") {
      throw new TypeError(
        `Cannot load the model as it must be one of images or series: current one is ${detected.title}, a language ` +
          "model, which is loaded by loadLanguageModel()",
      );
    }
    const info = describeModel(checkpoint, detected), { takes, gives } = detected, { onProgress, signal } = options;
    const bind = () => detected.bind(checkpoint, device, { onProgress, signal });
    const { forward, dispose } = await device.exclusive(bind, { signal });
    let open = true;
    const model: Model = {
      info,
      device,
      channels: channelsOf(takes),
      imageSize: takes.kind === "image" ? takes.size : undefined,
      classes: gives.kind === "classes" ? gives.classes : 0,
      scale: gives.kind === "image" ? gives.scale : 1,
      multiple: takes.kind === "image" ? takes.multiple : 1,
      preprocessing: options.preprocessing ?? metadata?.preprocessing ?? detected.preprocessing,
      labels: options.labels ?? metadata?.labels,
      forward(ops, image, tap, choices = {}) {
        if (!open) throw new Error(`Cannot run ${info.variant ?? info.family} as the model is closed`);
        const known = detected.choices, unknown = Object.keys(choices).filter((name) => !known.includes(name));
        if (unknown.length > 0) {
          throw new TypeError(
            `Cannot run ${info.variant ?? info.family} as its choices must be among ${known.join(", ") || "none"}: ` +
              `current unknown ones are ${unknown.join(", ")}`,
          );
        }
        return forward(ops, image, tap, choices);
      },
      async warmup({ height = model.imageSize?.[0], width = model.imageSize?.[1], batch = 1 } = {}) {
        if (height === undefined || width === undefined) {
          throw new TypeError(
            `Cannot warm up ${
              info.variant ?? info.family
            } as height and width must be given for a model of any size: ` +
              `current values are ${height} and ${width}`,
          );
        }
        for (const [name, value] of Object.entries({ height, width, batch })) {
          if (Number.isInteger(value) && value > 0) continue;
          throw new RangeError(
            `Cannot warm up as ${name} must be a whole number of at least 1: current value is ${value}`,
          );
        }
        const shape = [batch, height, width, model.channels];
        const { calls } = planModel((ops) => model.forward(ops, ops.empty(shape)));
        await device.exclusive(async () => await device.prepare?.(calls));
      },
      close() {
        if (open) dispose();
        open = false;
      },
      [Symbol.asyncDispose]() {
        model.close();
        return Promise.resolve();
      },
    };
    try {
      if (model.imageSize) await model.warmup();
    } catch (error) {
      model.close();
      throw error;
    }
    return model;
  } finally {
    if (!isCheckpoint(source)) await checkpoint.close();
  }
}
