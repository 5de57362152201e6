/**
 * Where the weights are in what `torch.save` saved: bare, or in a part of a training checkpoint beside optimizer, schedule
 * and command line.
 *
 * @module
 */
import { malformed, printable, tooLarge } from "../bytes/errors.ts";
import { Global, Opaque, type PickleValue } from "./pickle.ts";
import { View } from "./torch.ts";

/** Parts that hold weights, the preferred ones first. */
const PREFERRED = ["params_ema", "params", "model", "state_dict"];
/** Deepest nesting of dictionaries in a state dict. */
const MAX_DEPTH = 32;
/** Most values looked at in search of tensors. */
const MAX_VALUES = 1_000_000;
/** Deepest nesting and most values of a training command line. */
const MAX_PLAIN_DEPTH = 8;
const MAX_PLAIN_VALUES = 10_000;

/** What was chosen, and what else there was. */
export interface Parts {
  /** Key of the chosen part, empty for the whole. */
  readonly root: string;
  /** Tensors of the chosen part by their joined keys. */
  readonly tensors: ReadonlyMap<string, View>;
  /** Other parts. */
  readonly ignored: readonly string[];
  /** Plain values beside the parts, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The command line of the training run. */
  readonly trainingArgs: Readonly<Record<string, unknown>> | undefined;
}

type Dictionary = Map<PickleValue, PickleValue>;

/** What an object is, for messages. */
function describe(value: PickleValue): string {
  if (value instanceof Opaque) return `an object of ${value.type}`;
  if (value instanceof Global) return `the name ${value.name}`;
  if (value instanceof View) return "a single tensor";
  if (value instanceof Map) return "a dictionary without tensors";
  return Array.isArray(value) ? "a list" : `a plain ${value === null ? "None" : typeof value}`;
}

/** All tensors below a dictionary; keys are joined by dots. */
function collectTensors(file: string, top: Dictionary): Map<string, View> {
  const tensors = new Map<string, View>();
  let seen = 0;
  const walk = (dictionary: Dictionary, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) {
      throw tooLarge(file, `its dictionaries must be nested at most ${MAX_DEPTH} deep`, "nesting is deeper");
    }
    for (const [key, value] of dictionary) {
      if (++seen > MAX_VALUES) throw tooLarge(file, `it must have at most ${MAX_VALUES} values`, "count is larger");
      if (typeof key !== "string" && typeof key !== "number") continue;
      const joined = path === "" ? String(key) : `${path}.${key}`;
      if (value instanceof Map) walk(value, joined, depth + 1);
      else if (value instanceof View) {
        const name = joined.replace(/^module\./, "");
        if (tensors.has(name)) throw malformed(file, "no tensor may come twice", `tensor "${name}" does`);
        tensors.set(name, value);
      }
    }
  };
  walk(top, "", 0);
  return tensors;
}

/** Python values as plain JavaScript ones; objects that are no namespaces become their names. */
function plainOf(value: PickleValue): unknown {
  let seen = 0;
  const convert = (value: PickleValue, depth: number): unknown => {
    if (++seen > MAX_PLAIN_VALUES || depth > MAX_PLAIN_DEPTH) return "…";
    if (value instanceof Map) {
      return Object.fromEntries([...value].map(([key, item]) => [String(key), convert(item, depth + 1)]));
    }
    if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1));
    if (value instanceof Opaque && value.state instanceof Map) return convert(value.state, depth);
    return typeof value === "object" && value !== null
      ? `<${describe(value)}>`
      : typeof value === "bigint"
      ? `${value}`
      : value;
  };
  return convert(value, 0);
}

function choose(file: string, root: Dictionary, key: string | undefined): [root: string, tensors: Map<string, View>] {
  if (key !== undefined) {
    const part = root.get(key);
    if (part instanceof Map) return [key, collectTensors(file, part)];
    const named = [...root].filter(([, value]) => value instanceof Map).map(([name]) => String(name));
    const parts = printable(named.slice(0, 20).join(", "));
    throw new RangeError(
      `Cannot read part "${key}" of ${file} as it must be one of its dictionaries: current parts are ${parts}`,
    );
  }
  for (const name of PREFERRED) {
    const part = root.get(name);
    const tensors = part instanceof Map ? collectTensors(file, part) : undefined;
    if (tensors && tensors.size > 0) return [name, tensors];
  }
  return ["", collectTensors(file, root)];
}

/**
 * Finds the weights: the part that the caller names, else the first of `params_ema`, `params`, `model`, `state_dict`, else
 * the whole.
 *
 * @throws {SyntaxError} When there is no tensor.
 * @throws {RangeError} When the named part does not exist.
 */
export function findParts(file: string, saved: PickleValue, key?: string): Parts {
  if (!(saved instanceof Map)) {
    throw malformed(
      file,
      "it must hold a dictionary of tensors (save the model's state_dict)",
      `object is ${describe(saved)}`,
    );
  }
  const [root, tensors] = choose(file, saved, key);
  if (tensors.size === 0) {
    const named = [...saved].slice(0, 5).map(([name, value]) => `${String(name).slice(0, 40)}: ${describe(value)}`);
    throw malformed(file, "it must hold tensors", `object has none (${named.join(", ")})`);
  }
  const ignored: string[] = [];
  const metadata: [string, string][] = [];
  let trainingArgs: Record<string, unknown> | undefined;
  for (const [name, value] of saved) {
    if (typeof name !== "string" || name === root) continue;
    if (name === "args" && (value instanceof Map || (value instanceof Opaque && value.state instanceof Map))) {
      trainingArgs = plainOf(value) as Record<string, unknown>;
    } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      metadata.push([name, String(value)]);
    } else if (root !== "" && value !== null) ignored.push(name);
  }
  return { root, tensors, ignored, metadata: Object.fromEntries(metadata), trainingArgs };
}
