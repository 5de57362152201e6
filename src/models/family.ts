/**
 * What is said of a family of models, and what follows from it. A family says it once, in the record of
 * {@linkcode defineFamily}.
 *
 * @module
 */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { Rename } from "../checkpoint/renamed.ts";
import type { BindOptions, Spec } from "../checkpoint/weights.ts";
import type { Preprocessing } from "../image/preprocess.ts";
import type { Ops } from "../ops/ops.ts";
import type { Plan } from "../run/dry_device.ts";
import type { Tap } from "../run/run_model.ts";
import type { Device } from "../device.ts";
import type { Tensor } from "../tensor.ts";
import type { Published, PublishedVariant } from "./published.ts";
import type { Gives, Takes, Tokens } from "./takes.ts";

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
  /** What is to be said of a classifier's answers. */
  readonly answers?: AnswerMetadata;
}

/** What is to be said of a classifier's answers. */
export interface AnswerMetadata {
  /** Kind of things that it can name, in a few words. */
  readonly kind: string;
  /** Probability of the likeliest class, in 0 … 1, below which the honest answer is "not sure". */
  readonly unsureBelow: number;
  /** How that was chosen, in a sentence. */
  readonly chosen: string;
}

/** All that is known of a checkpoint before it is bound. */
export interface ModelFacts {
  /** Keys and shapes. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly metadata: ModelMetadata | undefined;
  readonly trainingArgs: Readonly<Record<string, unknown>> | undefined;
  /** What the caller asks for, official option names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options that only the numbers of the file decide: what {@linkcode Family.look} found. */
  readonly seen?: Readonly<Record<string, unknown>>;
}

/**
 * What a run is given beside its input, by name: a seed, what is otherwise left to chance, a second input. Which names there
 * are, the family says.
 */
export type Choices = Readonly<Record<string, unknown>>;

/** What a model is for. */
export type Task = "classify" | "restore" | "fuse" | "forecast" | "generate";

/** What the models of a task are run on. */
export interface InputOf {
  readonly classify: Tensor;
  readonly restore: Tensor;
  readonly fuse: Tensor;
  readonly forecast: Tensor;
  readonly generate: Tokens;
}

/** The forward pass of a model whose weights are on a device. */
export type Forward<Input> = (ops: Ops, input: Input, tap?: Tap, choices?: Choices) => Generator<void, Tensor>;

/** What is known of a family before its code is fetched. */
export interface KnownFamily<T extends Task = Task, O extends object = object, C = unknown> {
  /** Its name in `info`, options and metadata, which is also that of its folder, with `-` for `_`. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  readonly task: T;
  /** Keys that its checkpoints have, all of one of these lists. No two families share a list. */
  readonly marks: readonly (readonly string[])[];
  /** Fetches the rest. */
  readonly load: () => Promise<{ readonly family: Family<T, O, C> }>;
}

/** A family whose code is there. Made by {@linkcode defineFamily}. */
export interface Family<T extends Task = Task, O extends object = object, C = unknown> extends KnownFamily<T> {
  /** Every option by its official name, with the value that is taken when nobody names one. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Options of the published variants by name. */
  readonly variants: Readonly<Record<string, O>>;
  readonly published: Published;
  /** Reads the options that only the numbers of a checkpoint decide. */
  look(entries: Checkpoint["entries"]): Promise<Readonly<Record<string, unknown>>>;
  /** A model of these options. */
  configure(options?: O): Configured<T, C>;
  /**
   * Recognises a checkpoint; undefined when it is something else.
   *
   * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
   */
  detect(facts: ModelFacts): Detected<T, C> | undefined;
}

/** A model: everything but the numbers of its weights. */
export interface Configured<T extends Task = Task, C = unknown> {
  /** Name of the family. */
  readonly family: string;
  /** What people call the family. */
  readonly title: string;
  readonly task: T;
  readonly config: C;
  /** Its weights as a tree. */
  readonly spec: Spec;
  readonly takes: Takes;
  readonly gives: Gives;
  /** Classification: preprocessing where it is not that of ImageNet evaluation. */
  readonly preprocessing: Preprocessing | undefined;
  /** Names of the choices that a run can be given. */
  readonly choices: readonly string[];
  /** Puts the weights on a device. */
  bind(
    checkpoint: Pick<Checkpoint, "entries">,
    device: Device,
    options?: Omit<BindOptions, "ignored">,
  ): Promise<BoundModel<InputOf[T]>>;
  /**
   * Runs it over the smallest input without computing anything.
   *
   * @throws {TypeError} When tensors of the checkpoint are missing, misshapen or unexpected.
   * @throws {RangeError} When a size is beyond what the kernels take.
   */
  rehearse(checkpoint: Pick<Checkpoint, "entries">): Plan;
}

/** A model on a device. */
export interface BoundModel<Input> {
  readonly forward: Forward<Input>;
  /** Frees the device memory. */
  dispose(): void;
}

/** A recognised model; it takes checkpoints under the names that were recognised. */
export interface Detected<T extends Task = Task, C = unknown> extends Configured<T, C> {
  /** Name of the published variant, when it is one. */
  readonly variant: string | undefined;
  /** Resolved options by their official names. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where each option comes from. */
  readonly sources: Readonly<Record<string, OptionSource>>;
  /** How the stored tensors get the names and shapes of `spec`; undefined: they have them. */
  readonly rename: Rename | undefined;
  readonly published: Published;
  /** What was published of the variant. */
  readonly publishedVariant: PublishedVariant | undefined;
}

/** One of the known families. */
export type AnyKnown = { readonly [T in Task]: KnownFamily<T> }[Task];
/** One of the families. */
export type AnyFamily = { readonly [T in Task]: Family<T> }[Task];
/** A recognised model of any task. */
export type AnyDetected = { readonly [T in Task]: Detected<T> }[Task];
