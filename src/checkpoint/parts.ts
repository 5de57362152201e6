/**
 * Where the weights are in what `torch.save` saved: bare, or in a part of a training checkpoint beside optimizer, schedule
 * and command line.
 *
 * @module
 */
import { malformed, printable, tooLarge, unknownKind } from "../bytes/errors.ts";
import { Global, keyText, Opaque, type PickleValue } from "./pickle_value.ts";
import { View } from "./torch.ts";
import { unwrapped } from "./wrappers.ts";

/** Parts that hold weights, the preferred ones first. */
const PREFERRED = ["params_ema", "params", "model", "state_dict", "model_state_dict", "module"];
/** Deepest nesting of dictionaries in a state dict. */
const MAX_DEPTH = 32;
/**
 * Most values looked at in search of tensors, and most characters of their joined keys: dictionaries can be shared. Beside so
 * many that any file may have there is one value and there are so many characters for each of its bytes.
 */
const MAX_VALUES = 1_000_000, FREE_VALUES = 10_000;
const MAX_CHARACTERS = 2 ** 26, FREE_CHARACTERS = 2 ** 20, CHARACTERS_EACH = 16;
/** Deepest nesting, most values and longest text of a training command line. */
const MAX_PLAIN_DEPTH = 8;
const MAX_PLAIN_VALUES = 10_000;
const MAX_PLAIN_TEXT = 10_000;
/** Most parts that are named, and most values that are named because they could not be read. */
const MAX_NAMED = 20;

/** What was chosen, and what else there was. */
export interface Parts {
  /** Key of the chosen part, empty for the whole. */
  readonly root: string;
  /** Tensors of the chosen part by their joined keys. */
  readonly tensors: ReadonlyMap<string, View>;
  /** Other parts, and values of the chosen one that are no tensors. */
  readonly ignored: readonly string[];
  /** Plain values beside the parts, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The command line of the training run. */
  readonly trainingArgs: Readonly<Record<string, unknown>> | undefined;
}

type Dictionary = Map<PickleValue, PickleValue>;

/** A dictionary, or what a class that is a kind of one holds. */
const dictionaryOf = (value: PickleValue | undefined): Dictionary | undefined =>
  value instanceof Map ? value : value instanceof Opaque ? value.items : undefined;

/** What an object is, for messages. */
function describe(value: PickleValue): string {
  if (value instanceof Opaque) return `an object of ${value.type.slice(0, 120)}`;
  if (value instanceof Global) return `the name ${value.name.slice(0, 120)}`;
  if (value instanceof View) return "a single tensor";
  if (value instanceof Map) return "a dictionary without tensors";
  return Array.isArray(value) ? "a list" : `a plain ${value === null ? "None" : typeof value}`;
}

/** Tensors below a dictionary by their joined keys, verbatim, and what could not be read. */
interface Found {
  readonly tensors: ReadonlyMap<string, View>;
  readonly unread: readonly string[];
}

/** The file and its bytes. */
interface File {
  readonly file: string;
  readonly size: number;
}

function collect({ file, size }: File, top: Dictionary, path = ""): Found {
  const tensors = new Map<string, View>(), unread: string[] = [];
  const values = Math.min(MAX_VALUES, FREE_VALUES + size);
  const most = Math.min(MAX_CHARACTERS, FREE_CHARACTERS + CHARACTERS_EACH * size);
  let seen = 0, characters = 0;
  const walk = (dictionary: Dictionary, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) {
      throw tooLarge(file, `its dictionaries must be nested at most ${MAX_DEPTH} deep`, "nesting is deeper");
    }
    for (const [key, value] of dictionary) {
      if (++seen > values) throw tooLarge(file, `it must have at most ${values} values`, "count is larger");
      const named = typeof key === "string" || typeof key === "number";
      const name = named ? String(key) : keyText(key);
      const joined = path === "" ? name : `${path}.${name}`;
      if ((characters += joined.length) > most) {
        throw tooLarge(file, `its keys must have at most ${most} characters in all`, "number is larger");
      }
      const inner = dictionaryOf(value);
      if (inner && named) walk(inner, joined, depth + 1);
      else if (value instanceof View && named) {
        if (tensors.has(joined)) throw malformed(file, "no tensor may come twice", `tensor "${joined}" does`);
        tensors.set(joined, value);
      } else if (path !== "" || !isPlain(value)) note(unread, joined, value);
    }
  };
  walk(top, path, 0);
  return { tensors, unread };
}

const isPlain = (value: PickleValue): boolean =>
  value === null || ["string", "number", "boolean", "bigint"].includes(typeof value);

function note(unread: string[], name: string, value: PickleValue): void {
  if (unread.length < MAX_NAMED) unread.push(`${name.slice(0, 120)} (${describe(value)})`);
  else if (unread.length === MAX_NAMED) unread.push("and more");
}

/** Python values as plain JavaScript ones; objects that are no namespaces become their names. */
function plainOf(value: PickleValue): unknown {
  let seen = 0;
  const convert = (value: PickleValue, depth: number): unknown => {
    if (++seen > MAX_PLAIN_VALUES || depth > MAX_PLAIN_DEPTH) return "…";
    const dictionary = dictionaryOf(value) ??
      (value instanceof Opaque && value.state instanceof Map ? value.state : undefined);
    if (dictionary) {
      const rows: [string, unknown][] = [];
      for (const [key, item] of dictionary) {
        if (seen > MAX_PLAIN_VALUES) break;
        rows.push([keyText(key), convert(item, depth + 1)]);
      }
      return Object.fromEntries(rows);
    }
    if (Array.isArray(value)) return value.slice(0, MAX_PLAIN_VALUES - seen).map((item) => convert(item, depth + 1));
    if (typeof value === "string") return value.slice(0, MAX_PLAIN_TEXT);
    return typeof value === "object" && value !== null
      ? `<${describe(value)}>`
      : typeof value === "bigint"
      ? `${value}`
      : value;
  };
  return convert(value, 0);
}

/** Tensors whose key begins with `prefix` and a dot, by the rest of it. */
function below(tensors: ReadonlyMap<string, View>, prefix: string): Map<string, View> {
  const rest = new Map<string, View>();
  for (const [name, view] of tensors) {
    if (name.startsWith(`${prefix}.`)) rest.set(name.slice(prefix.length + 1), view);
  }
  return rest;
}

/** The part that is named: a dictionary, or a common beginning of keys, at the top or in the preferred part. */
function named(from: File, root: Dictionary, key: string): [root: string, found: Found] {
  const part = dictionaryOf(root.get(key));
  if (part) return [key, collect(from, part, "")];
  const { tensors, unread } = collect(from, root);
  for (const path of [key, ...PREFERRED.map((name) => `${name}.${key}`)]) {
    const rest = below(tensors, path);
    if (rest.size > 0) return [path, { tensors: rest, unread: unread.filter((line) => line.startsWith(`${path}.`)) }];
  }
  const parts = new Set([...root].filter(([, value]) => dictionaryOf(value)).map(([name]) => keyText(name)));
  for (const name of tensors.keys()) {
    if (parts.size >= MAX_NAMED) break;
    if (name.includes(".")) parts.add(name.slice(0, name.indexOf(".")));
  }
  throw new RangeError(
    `Cannot read part "${printable(key)}" of ${
      printable(from.file)
    } as it must be one of its dictionaries or a common ` +
      `beginning of keys: current parts are ${printable([...parts].slice(0, MAX_NAMED).join(", "))}`,
  );
}

function choose(from: File, root: Dictionary, key: string | undefined): [root: string, found: Found] {
  if (key !== undefined) return named(from, root, key);
  for (const name of PREFERRED) {
    const part = dictionaryOf(root.get(name));
    const found = part ? collect(from, part) : undefined;
    if (found && found.tensors.size > 0) return [name, found];
  }
  return ["", collect(from, root)];
}

/** Tensors by their keys without wrappers. */
function unwrap(file: string, tensors: ReadonlyMap<string, View>): Map<string, View> {
  const result = new Map<string, View>();
  for (const [key, view] of tensors) {
    const name = unwrapped(key);
    if (result.has(name)) throw malformed(file, "no tensor may come twice", `tensor "${name}" does`);
    result.set(name, view);
  }
  return result;
}

/** Tensors that are stored in a way that is not known here must not be missing without a word. */
function refuseOtherTensors(file: string, part: Dictionary): void {
  for (const [key, value] of part) {
    if (value instanceof Opaque && /^torch\..*_rebuild_/.test(value.type)) {
      throw unknownKind(`tensor "${keyText(key)}" of ${file}`, "it must be a dense tensor", `kind is ${value.type}`);
    }
  }
}

/**
 * Finds the weights: the part that the caller names, else the first of `params_ema`, `params`, `model`, `state_dict`,
 * `model_state_dict`, `module`, else the whole.
 *
 * @param size Bytes of the file: what is found must not be out of all proportion to it.
 * @throws {SyntaxError} When there is no tensor.
 * @throws {RangeError} When the named part does not exist, or there is more than any model has.
 * @throws {TypeError} When a tensor of the part is quantised, sparse, or otherwise not a dense one.
 */
export function findParts(file: string, saved: PickleValue, size: number, key?: string): Parts {
  const top = dictionaryOf(saved);
  if (!top) {
    throw malformed(
      file,
      "it must hold a dictionary of tensors (save the model's state_dict)",
      `object is ${describe(saved)}`,
    );
  }
  const [root, { tensors, unread }] = choose({ file, size }, top, key);
  refuseOtherTensors(file, root === "" ? top : dictionaryOf(top.get(root)) ?? new Map());
  if (tensors.size === 0) {
    const named = [...top].slice(0, 5).map(([name, value]) => `${keyText(name).slice(0, 40)}: ${describe(value)}`);
    throw malformed(file, "it must hold tensors", `object has none (${named.join(", ")})`);
  }
  const ignored: string[] = [];
  const metadata: [string, string][] = [];
  let trainingArgs: Record<string, unknown> | undefined;
  for (const [name, value] of top) {
    if (name === root) continue;
    if (typeof name !== "string") {
      if (root !== "") ignored.push(keyText(name));
      continue;
    }
    if (name === "args" && (value instanceof Map || (value instanceof Opaque && value.state instanceof Map))) {
      trainingArgs = plainOf(value) as Record<string, unknown>;
    } else if (["string", "number", "boolean", "bigint"].includes(typeof value)) {
      metadata.push([name, String(value)]);
    } else if (root !== "" && value !== null && !root.startsWith(`${name}.`)) ignored.push(name);
  }
  return {
    root,
    tensors: unwrap(file, tensors),
    ignored: [...ignored, ...unread.filter((line) => !line.startsWith("args "))],
    metadata: Object.fromEntries(metadata),
    trainingArgs,
  };
}
