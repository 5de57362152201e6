/**
 * What the loader knows of a family of models: how to recognise it and what to do with its weights.
 *
 * @module
 */
import type { Rename } from "../checkpoint/renamed.ts";
import type { Spec } from "../checkpoint/weights.ts";
import type { Preprocessing } from "../image/preprocess.ts";
import type { Ops } from "../ops/ops.ts";
import type { Tensor } from "../tensor.ts";
import type { Tap } from "../run/run_model.ts";

/** Where the value of an option comes from; the first of these that has one decides. */
export type OptionSource =
  | "keys and shapes"
  | "caller"
  | "file metadata"
  | "training arguments"
  /** Keys and shapes allow several values; this is the likeliest. */
  | "guess from shapes"
  | "released defaults";

/** The `sidewinder` entry of a model file's metadata (JSON). */
export interface ModelMetadata {
  readonly family?: string;
  /** Constructor options by their official names. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly preprocessing?: Preprocessing;
  /** Names of the classes, in order. */
  readonly labels?: readonly string[];
}

/** All that is known of a checkpoint before it is bound. */
export interface ModelFacts {
  /** Keys and shapes. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly metadata: ModelMetadata | undefined;
  readonly trainingArgs: Readonly<Record<string, unknown>> | undefined;
  /** What the caller asks for, official option names. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * What a run is given beside its input, by name: a seed, what is otherwise left to chance, a second input. Which names there
 * are, the family says.
 */
export type Choices = Readonly<Record<string, unknown>>;

/** What a model is for. */
export type Task = "classify" | "restore" | "fuse" | "forecast";

/** A recognised model: everything but the weights themselves. */
export interface Detected {
  readonly family: string;
  readonly task: Task;
  /** Name of the released variant, when it is one. */
  readonly variant?: string;
  readonly config: unknown;
  /** Resolved options by their official names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option comes from. */
  readonly sources: Readonly<Record<string, OptionSource>>;
  readonly spec: Spec;
  /** How the stored tensors get the names and shapes of `spec`; undefined: they have them. */
  readonly rename?: Rename;
  /** Keys that may be there and are not needed. */
  readonly ignored: readonly RegExp[];
  /** Channels of the input image. */
  readonly channels: number;
  /** The one size of image the model takes; undefined: any. */
  readonly imageSize?: readonly [height: number, width: number];
  /** Classification: preprocessing where it is not that of ImageNet evaluation. */
  readonly preprocessing?: Preprocessing;
  /** Classification: number of classes; 0: the output is the features. */
  readonly classes?: number;
  /** Restoration: output sides are this many times the input's. */
  readonly scale?: number;
  /** Restoration: sides of the input must be multiples of this. */
  readonly multiple?: number;
  /** Shapes of an input that it takes, and of the tensors among its choices; those of an image unless given. */
  readonly example?: {
    readonly input: readonly number[];
    readonly second?: Readonly<Record<string, readonly number[]>>;
  };
  /** Names of the choices that a run can be given; none unless said. */
  readonly choices?: readonly string[];
  /** Image [b, height, width, channels] to the model's output. */
  readonly forward: (
    ops: Ops,
    weights: unknown,
    image: Tensor,
    tap?: Tap,
    choices?: Choices,
  ) => Generator<void, Tensor>;
}

/** Recognises one family; undefined when the checkpoint is something else. */
export type Detect = (facts: ModelFacts) => Detected | undefined;
