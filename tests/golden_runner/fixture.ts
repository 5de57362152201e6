/**
 * A golden fixture: what the official code gave, with the noise of f32 beside every tensor. Fixtures are read here
 * without the library, so that an error of ours in reading cannot hide one in computing.
 *
 * @module
 */
import { uniform } from "./formula.ts";

const ARRAYS = {
  U8: Uint8Array,
  U16: Uint16Array,
  I32: Int32Array,
  F32: Float32Array,
  F64: Float64Array,
} as const;

/** Numbers as they are stored. */
export type Numbers = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

/** One stored tensor. */
export interface Stored {
  readonly shape: readonly number[];
  readonly values: Numbers;
}

interface InputRule {
  readonly name: string;
  readonly key: string;
  readonly shape: readonly number[];
  readonly lo: number;
  readonly hi: number;
}

/** A fixture file. Tensors that an adapter takes are inputs; all others must be produced. */
export class Fixture {
  /** Where its file and its companions lie. */
  readonly folder: URL;
  /** Folder and name, such as `ops/rope_ft2_L5`. */
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Constructor arguments of the official class, or the options of the op. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly #tensors: ReadonlyMap<string, Stored>;
  readonly #stats: Readonly<Record<string, readonly [noise: number, largest: number]>>;
  readonly #taken = new Set<string>();

  constructor(
    folder: URL,
    name: string,
    metadata: Readonly<Record<string, string>>,
    tensors: ReadonlyMap<string, Stored>,
  ) {
    this.folder = folder;
    this.name = name;
    this.metadata = metadata;
    this.config = JSON.parse(metadata.config ?? "{}");
    this.seed = Number(metadata.seed ?? 0);
    this.#tensors = tensors;
    this.#stats = JSON.parse(metadata.tensor_stats ?? "{}");
  }

  /** What it is of: the official class or op, or the name of the shipped weights. */
  get model(): string {
    return this.metadata.model ?? this.metadata.weights ?? this.metadata.group ?? "unknown";
  }

  /** Whether a tensor is stored. */
  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** A stored tensor, which stays one that must be produced. */
  peek(name: string): Stored {
    const stored = this.#tensors.get(name);
    if (!stored) throw new TypeError(`Cannot take ${name} as fixture ${this.name} must hold it: it does not`);
    return stored;
  }

  /** An input: stored, or made by the formula where the fixture says so. */
  take(name: string): Stored {
    this.#taken.add(name);
    if (this.has(name)) return this.peek(name);
    const rules = JSON.parse(this.metadata.inputs ?? "[]") as InputRule[];
    const rule = rules.find((input) => input.name === name);
    if (!rule) return this.peek(name);
    return { shape: rule.shape, values: uniform(rule.key, rule.shape, this.seed, { ...rule, along: "nothing" }) };
  }

  /** An input of floats. */
  floats(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const { shape, values } = this.take(name);
    return { shape, values: Float32Array.from(values) };
  }

  /** Names of the tensors that must be produced. */
  wanted(): string[] {
    return [...this.#tensors.keys()].filter((name) => !this.#taken.has(name));
  }

  /** All names of stored tensors. */
  names(): string[] {
    return [...this.#tensors.keys()];
  }

  /** How far a device may be from `value` of tensor `name`, in f32 by the fixtures' README, or in f64. */
  allowance(name: string, value: number, precision: "f32" | "f64"): number {
    const [noise, largest] = this.#stats[name] ?? [0, 0];
    if (precision === "f64") return 2e-7 * Math.max(Math.abs(value), largest);
    return Math.max(8 * noise, 4e-6 * largest) + 1e-5 * Math.abs(value);
  }
}

/** Reads a fixture file, `file` of the part `part` of the folder `root`. */
export async function readFixture(root: URL, part: string, file: string): Promise<Fixture> {
  const folder = new URL(`${part}/`, root);
  const bytes = await Deno.readFile(new URL(`${file}.safetensors`, folder));
  const start = 8 + new DataView(bytes.buffer).getUint32(0, true);
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const tensors = new Map<string, Stored>();
  for (const [key, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: [from, to] } = entry as {
      dtype: keyof typeof ARRAYS;
      shape: number[];
      data_offsets: [number, number];
    };
    tensors.set(key, { shape, values: new ARRAYS[dtype](bytes.slice(start + from, start + to).buffer) });
  }
  return new Fixture(folder, `${part}/${file}`, metadata, tensors);
}
