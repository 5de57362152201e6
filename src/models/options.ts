/**
 * Options of a net: refusing what an official constructor would not understand, and merging what keys and shapes, the
 * caller, the file, the training run and the released defaults say.
 *
 * @module
 */
import type { ModelFacts, OptionSource } from "./family.ts";

/** Refuses names that are not among the known ones. */
export function refuseUnknown(model: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new TypeError(
      `Cannot configure ${model} as every option must be one of ${known.join(", ")}: current unknown ones are ${
        unknown.join(", ")
      }`,
    );
  }
}

/** Refuses an option's value. */
export function wrongOption(model: string, name: string, wish: string, value: unknown): never {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  throw new TypeError(`Cannot configure ${model} as ${name} must ${wish}: current value is ${text}`);
}

/** Refuses what is no count. */
export function checkCount(model: string, name: string, value: unknown): void {
  if (!Number.isInteger(value) || value as number < 1) {
    wrongOption(model, name, "be a whole number of at least 1", value);
  }
}

/** Refuses what is no number above 0 that can be computed with. */
export function checkAmount(model: string, name: string, value: unknown): void {
  if (!Number.isFinite(value) || value as number <= 0) wrongOption(model, name, "be a number above 0", value);
}

/** Options with the source of each. */
export interface MergedOptions<O> {
  readonly options: O;
  readonly sources: Readonly<Record<string, OptionSource>>;
}

/** What {@linkcode mergeOptions} has to know of a model. */
export interface MergeRules<O> {
  readonly model: string;
  /** Names of all options. */
  readonly names: readonly string[];
  /** What keys and shapes decide. */
  readonly fixed: O;
  /** What the arguments of the training run say. */
  readonly trained?: O | undefined;
  /** What keys and shapes leave open but make likely. */
  readonly guessed?: O | undefined;
  /** Resolves options; two sets agree when they resolve to the same. */
  readonly resolve: (options: O) => unknown;
}

/**
 * Merges options: keys and shapes decide what they can; the rest comes from the caller, the file's metadata, the training
 * run's arguments, a guess from shapes, the released defaults, in this order.
 *
 * @throws {TypeError} When one of them contradicts the shapes, or the caller or the file names an unknown option.
 */
export function mergeOptions<O extends object>(
  facts: ModelFacts,
  { model, names, fixed, trained, guessed, resolve }: MergeRules<O>,
): MergedOptions<O> {
  const base = { ...guessed, ...fixed } as O & Record<string, unknown>;
  const decided = JSON.stringify(resolve(base as O));
  const merged: Record<string, unknown> = {}, sources: Record<string, OptionSource> = {};
  const layers: readonly (readonly [OptionSource, object])[] = [
    ["guess from shapes", guessed ?? {}],
    ["training arguments", trained ?? {}],
    ["file metadata", facts.metadata?.options ?? {}],
    ["caller", facts.options],
  ];
  for (const name of names) sources[name] = "released defaults";
  for (const [source, given] of layers) {
    refuseUnknown(model, Object.keys(given), names);
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined) continue;
      if (
        name in fixed && JSON.stringify(resolve({ ...base, [name]: completed(value, base[name]) })) !== decided
      ) {
        throw new TypeError(
          `Cannot load ${model} as ${name} from the ${source} must agree with the checkpoint, which has ${
            JSON.stringify(base[name])
          }: current value is ${JSON.stringify(value)}`,
        );
      }
      merged[name] = value;
      sources[name] = source;
    }
  }
  for (const name of Object.keys(fixed)) sources[name] = "keys and shapes";
  return { options: { ...merged, ...fixed } as O, sources };
}

/** An option of several parts has to agree only in those it names. */
function completed(given: unknown, own: unknown): unknown {
  const isRecord = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord(given) && isRecord(own) ? { ...own as object, ...given as object } : given;
}
