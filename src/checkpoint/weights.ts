/**
 * From a checkpoint to the weights of a model: the model says once, as a tree, which tensors it wants, and gets the
 * same tree back with a device tensor at each leaf. Paths joined by dots are the checkpoint's keys, verbatim.
 *
 * @module
 */
import { turnsOf } from "../bytes/turns.ts";
import type { Device, Role } from "../device.ts";
import { type DeviceBuffer, sizeOf, type Tensor, tensorOf } from "../tensor.ts";
import { type LongStep, progressOf } from "../progress.ts";
import type { Checkpoint, Entry } from "./checkpoint.ts";
import { printable } from "../bytes/errors.ts";

/** Checkpoint tensors that one weight is made of, by key. */
export type Parts = Readonly<Record<string, Float32Array>>;

/** One weight of a model. Made by {@linkcode tensor} and {@linkcode derived}. */
export interface Leaf {
  /** Tells a leaf from a branch. */
  readonly kind: "leaf";
  /** What the device packs it for. */
  readonly role: Role;
  /** Shape given to the device. */
  readonly shape: readonly number[];
  /** For role `scan`: states per channel. */
  readonly stateSize?: number;
  /**
   * Checkpoint key → shape in the checkpoint. A key is relative to the branch that holds the leaf; the empty key is the
   * leaf's own path.
   */
  readonly parts: Readonly<Record<string, readonly number[]>>;
  /** Makes the weight from its parts; may return a part as it is. */
  readonly make: (parts: Parts) => Float32Array;
  /** The checkpoint need not have it. */
  readonly optional?: boolean;
  /** See `WriteOptions.compact` of a device. */
  readonly compact?: boolean;
}

/** A leaf that every checkpoint of the model must have. */
export type Weight = Leaf & { readonly optional: false };

/** A tree of weights. An undefined branch is a weight that this configuration does not have. */
export type Spec = Leaf | undefined | readonly Spec[] | { readonly [name: string]: Spec };

/** The tree of a {@linkcode Spec} with a tensor at each leaf, or undefined where it is optional. */
export type Bound<S> = S extends Leaf ? true extends S["optional"] ? Tensor | undefined : Tensor
  : S extends undefined ? undefined
  : S extends readonly (infer E)[] ? Bound<E>[]
  : { readonly [K in keyof S]: Bound<S[K]> };

/** What {@linkcode tensor} takes beside role and shape. */
export interface TensorOptions<O extends boolean> {
  /** Shape in the checkpoint where it differs from the one the device gets; the elements are in the same order. */
  readonly stored?: readonly number[];
  /** The checkpoint need not have it. */
  readonly optional?: O;
}

/** Refuses sizes that no weight has, as configurations of blocks may lead to. */
function checkSizes(...shapes: readonly (readonly number[])[]): void {
  const wrong = shapes.find((shape) => !shape.every((size) => Number.isInteger(size) && size > 0));
  if (!wrong) return;
  throw new RangeError(
    `Cannot declare a weight as its sizes must be whole numbers of at least 1: current shape is ${show(wrong)}`,
  );
}

/**
 * A weight stored under its own path.
 *
 * @example
 * ```ts
 * const spec = { weight: tensor("conv1d", [1, 384, 4], { stored: [384, 1, 4] }), bias: tensor("plain", [384]) };
 * ```
 * @throws {TypeError} When `stored` holds another number of elements.
 * @throws {RangeError} When a size is no whole number of at least 1.
 */
export function tensor<O extends boolean = false>(
  role: Role,
  shape: readonly number[],
  options: TensorOptions<O> = {},
): Leaf & { readonly optional: O } {
  const { stored = shape, optional = false as O } = options;
  checkSizes(shape, stored);
  if (sizeOf(stored) !== sizeOf(shape)) {
    throw new TypeError(
      `Cannot declare a tensor as its stored shape must hold as many elements as ${show(shape)}: current shape is ${
        show(stored)
      }`,
    );
  }
  return { kind: "leaf", role, shape, parts: { "": stored }, make: (parts) => parts[""]!, optional };
}

/**
 * A weight that is computed from several checkpoint tensors, once, when it is bound.
 *
 * @param role What the device packs it for.
 * @param shape Shape given to the device.
 * @param parts Keys, relative to the branch that holds the leaf, with their shapes in the checkpoint.
 * @param make Computes it; gets the parts under the same keys.
 * @param stateSize For role `scan`: states per channel.
 *
 * @example
 * ```ts
 * const spec = { scan: derived("plain", [384, 16], { A_log: [384, 16] }, ({ A_log }) => A_log!.map((a) => -Math.exp(a))) };
 * ```
 */
export function derived(
  role: Role,
  shape: readonly number[],
  parts: Readonly<Record<string, readonly number[]>>,
  make: (parts: Parts) => Float32Array,
  stateSize?: number,
): Weight {
  checkSizes(shape, ...Object.values(parts));
  return { kind: "leaf", role, shape, parts, make, optional: false, ...(stateSize === undefined ? {} : { stateSize }) };
}

/** The tree with matrices that `bind` may keep in 16 bits on the processor too, for a model that would not fit otherwise. */
export function compacted<S extends Spec>(spec: S): S {
  if (spec === undefined) return spec;
  if (isLeaf(spec)) {
    return spec.role === "linear" && spec.shape.slice(0, -2).every((groups) => groups === 1)
      ? { ...spec, compact: true }
      : spec;
  }
  if (Array.isArray(spec)) return spec.map((child: Spec) => compacted(child)) as unknown as S;
  return Object.fromEntries(Object.entries(spec).map(([name, child]) => [name, compacted(child)])) as S;
}

/** Bytes of a tree with 32 bits a number; with a checkpoint, 16 where it has such and may. */
export function bytesOf(spec: Spec, checkpoint?: Pick<Checkpoint, "entries">): number {
  let bytes = 0;
  for (const { leaf, keys } of places(spec, "", "")) {
    const half = leaf.compact && Object.values(keys).every((key) => checkpoint?.entries.get(key)?.dtype === "F16");
    bytes += (half ? 2 : 4) * sizeOf(leaf.shape);
  }
  return bytes;
}

/** What {@linkcode bind} takes beside the tree. */
export interface BindOptions extends LongStep {
  /** Keys that may be in the checkpoint and are left alone. */
  readonly ignored?: readonly RegExp[];
  /** Keeps the matrices of a {@linkcode compacted} tree in 16 bits where they are numbers of 16 bits. */
  readonly compact?: boolean | undefined;
}

/** Weights on a device. */
export interface BoundWeights<S> {
  /** A tensor at each leaf of the spec. */
  readonly weights: Bound<S>;
  /** Keys that were in the checkpoint and were left alone. */
  readonly unused: readonly string[];
  /** Frees the device memory of the weights. */
  dispose(): void;
}

/** One leaf with the checkpoint keys of its parts. */
interface Place {
  readonly leaf: Leaf;
  readonly keys: Readonly<Record<string, string>>;
}

/** Lines of a binding error before it says "and N more". */
const MAX_LISTED = 20;

const show = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

const isLeaf = (spec: Spec): spec is Leaf => spec !== undefined && "kind" in spec && spec.kind === "leaf";

function* places(spec: Spec, path: string, parent: string): Generator<Place> {
  if (spec === undefined) return;
  if (isLeaf(spec)) {
    const keys: Record<string, string> = {};
    for (const part of Object.keys(spec.parts)) {
      keys[part] = part === "" ? path : parent === "" ? part : `${parent}.${part}`;
    }
    yield { leaf: spec, keys };
    return;
  }
  for (const [name, child] of Object.entries(spec)) {
    yield* places(child, path === "" ? name : `${path}.${name}`, path);
  }
}

/** Checkpoint keys of a tree with their shapes, in the order of the tree; a key that serves two weights comes once. */
export function* specKeys(spec: Spec): Generator<readonly [key: string, shape: readonly number[]]> {
  const seen = new Set<string>();
  for (const { leaf, keys } of places(spec, "", "")) {
    for (const [part, key] of Object.entries(keys)) {
      if (seen.has(key)) continue;
      seen.add(key);
      yield [key, leaf.parts[part]!];
    }
  }
}

/** Number of parameters of a model: the elements of all its checkpoint tensors. */
export function countParameters(spec: Spec): number {
  let count = 0;
  for (const [, shape] of specKeys(spec)) count += sizeOf(shape);
  return count;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function absent({ leaf, keys }: Place, entries: ReadonlyMap<string, Entry>): boolean {
  return !!leaf.optional && Object.values(keys).every((key) => !entries.has(key));
}

/** All disagreements between tree and checkpoint, one line each. */
function disagreements(
  list: readonly Place[],
  entries: ReadonlyMap<string, Entry>,
  unexpected: readonly string[],
): string[] {
  const missing: string[] = [];
  const misshapen: string[] = [];
  for (const place of list) {
    if (absent(place, entries)) continue;
    for (const [part, key] of Object.entries(place.keys)) {
      const wanted = place.leaf.parts[part]!;
      const entry = entries.get(key);
      if (!entry) missing.push(`missing ${key} ${show(wanted)}`);
      else if (!sameShape(entry.shape, wanted)) {
        misshapen.push(`${key} is ${show(entry.shape)} instead of ${show(wanted)}`);
      } else if (entry.dtype === "I8" && !entry.scale) missing.push(`missing ${key}_scale of the int8 ${key}`);
    }
  }
  return [...missing, ...misshapen, ...unexpected.map((key) => `unexpected ${key} ${show(entries.get(key)!.shape)}`)];
}

function refuseNonFinite(values: Float32Array, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new RangeError(
        `Cannot bind ${name} as every weight must be a finite number: current value at index ${i} is ${values[i]}`,
      );
    }
  }
}

/** Gives memory back at once; a collector that sees small objects only would let a whole model pile up. */
function release({ buffer, byteLength }: Float32Array): void {
  const { transfer } = buffer as { transfer?: (length: number) => unknown };
  if (buffer.byteLength === byteLength) transfer?.call(buffer, 0);
}

async function writeWeight(
  { leaf, keys }: Place,
  entries: ReadonlyMap<string, Entry>,
  device: Device,
  compact: boolean,
): Promise<DeviceBuffer> {
  const { role, shape, stateSize } = leaf;
  const parts: Record<string, Float32Array> = {};
  for (const [part, key] of Object.entries(keys)) {
    parts[part] = await entries.get(key)!.read();
    refuseNonFinite(parts[part], key);
  }
  const made = leaf.make(parts);
  if (made.length !== sizeOf(shape)) {
    throw new TypeError(
      `Cannot bind ${Object.values(keys).join(", ")} as the weight made of it must have shape ${
        show(shape)
      }: current length is ${made.length}`,
    );
  }
  if (!Object.values(parts).includes(made)) refuseNonFinite(made, `a weight made of ${Object.values(keys).join(", ")}`);
  const buffer = device.write(made, {
    role,
    shape,
    life: "model",
    ...(stateSize === undefined ? {} : { stateSize }),
    ...(compact && leaf.compact ? { compact } : {}),
  });
  Object.values(parts).forEach(release);
  return buffer;
}

function mirror(spec: Spec, tensors: Iterator<Tensor | undefined>): unknown {
  if (spec === undefined) return undefined;
  if (isLeaf(spec)) return tensors.next().value;
  if (Array.isArray(spec)) return spec.map((child: Spec) => mirror(child, tensors));
  return Object.fromEntries(Object.entries(spec).map(([name, child]) => [name, mirror(child, tensors)]));
}

/** Counters that the profiler thop leaves in a state dict; no model reads them. */
const COUNTERS = /(^|\.)total_(ops|params)$/;

/**
 * Compares a tree with the tensors of a checkpoint.
 *
 * @throws {TypeError} When tensors are missing, misshapen or unexpected; the one message lists them.
 */
function compareKeys(spec: Spec, entries: ReadonlyMap<string, Entry>, ignored: readonly RegExp[] = []) {
  const list = [...places(spec, "", "")];
  const wanted = new Set<string>();
  for (const { keys } of list) for (const key of Object.values(keys)) wanted.add(key);
  const surplus = [...entries.keys()].filter((key) => !wanted.has(key));
  const known = (key: string) => [COUNTERS, ...ignored].some((pattern) => key.search(pattern) >= 0);
  const unused = surplus.filter(known);
  const lines = disagreements(list, entries, surplus.filter((key) => !known(key)));
  if (lines.length > 0) {
    const listed = lines.slice(0, MAX_LISTED).map(printable);
    if (lines.length > MAX_LISTED) listed.push(`and ${lines.length - MAX_LISTED} more`);
    throw new TypeError(
      `Cannot bind the checkpoint as its ${entries.size} tensors must be the ${wanted.size} of the model: current ` +
        `differences are ${listed.join("; ")}`,
    );
  }
  return { list, wanted, unused };
}

/**
 * Refuses a checkpoint that cannot be bound to a tree, without reading a tensor.
 *
 * @throws {TypeError} When tensors are missing, misshapen or unexpected; the one message lists them.
 */
export function expectWeights(
  spec: Spec,
  { entries }: Pick<Checkpoint, "entries">,
  ignored: readonly RegExp[] = [],
): void {
  compareKeys(spec, entries, ignored);
}

/** A tree without numbers, for a plan: a tensor at each leaf that the checkpoint has. */
export function dryWeights<S extends Spec>(spec: S, { entries }: Pick<Checkpoint, "entries">): Bound<S> {
  const tensors = [...places(spec, "", "")].map((place) =>
    absent(place, entries) ? undefined : tensorOf({ length: sizeOf(place.leaf.shape) }, place.leaf.shape)
  );
  return mirror(spec, tensors.values()) as Bound<S>;
}

/**
 * Puts the weights of a model on a device. Tensors are read one after the other, so that the host holds one at a time.
 *
 * @param spec The tree the model wants.
 * @param checkpoint Where the tensors are.
 * @param device Where they go.
 * @throws {TypeError} When tensors are missing, misshapen or unexpected; the one message lists all of them.
 * @throws {RangeError} When a weight holds a NaN or an infinity. In both cases nothing stays on the device.
 *
 * @example
 * ```ts ignore
 * const { weights, dispose } = await bind({ head: { weight: tensor("linear", [1000, 192]) } }, checkpoint, device);
 * ```
 */
export async function bind<S extends Spec>(
  spec: S,
  checkpoint: Pick<Checkpoint, "entries">,
  device: Device,
  options: BindOptions = {},
): Promise<BoundWeights<S>> {
  const { entries } = checkpoint;
  const { list, wanted, unused } = compareKeys(spec, entries, options.ignored);
  const total = [...wanted].reduce((sum, key) => sum + (entries.get(key)?.bytes ?? 0), 0);
  const buffers: DeviceBuffer[] = [];
  const tensors: (Tensor | undefined)[] = [];
  const dispose = () => buffers.splice(0).forEach((buffer) => device.free(buffer));
  const turn = turnsOf(options.signal);
  let loaded = 0;
  try {
    for (const place of list) {
      options.signal?.throwIfAborted();
      if (absent(place, entries)) {
        tensors.push(undefined);
        continue;
      }
      const buffer = await writeWeight(place, entries, device, !!options.compact);
      buffers.push(buffer);
      tensors.push(tensorOf(buffer, place.leaf.shape));
      const bytes = Object.values(place.keys).reduce((sum, key) => sum + entries.get(key)!.bytes, 0);
      loaded += bytes;
      options.onProgress?.(progressOf("bind", Math.min(loaded, total), total));
      await turn(bytes);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { weights: mirror(spec, tensors.values()) as Bound<S>, unused, dispose };
}
