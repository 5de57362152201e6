/**
 * Checkpoints of other hands: the same tensors under other names or shapes.
 *
 * @module
 */
import type { Entry } from "./checkpoint.ts";

/** Where a stored tensor belongs in the official layout; its elements are in the same order. */
export interface OfficialPlace {
  /** The official key. */
  readonly name: string;
  /** The official shape. */
  readonly shape: readonly number[];
}

/** Finds the official key and shape of a stored tensor. */
export type Rename = (name: string, shape: readonly number[]) => OfficialPlace;

/** Official keys with their shapes. */
export function renamedShapes(
  shapes: ReadonlyMap<string, readonly number[]>,
  rename: Rename,
): ReadonlyMap<string, readonly number[]> {
  const places = [...shapes].map(([key, stored]) => rename(key, stored));
  return new Map(places.map(({ name, shape }) => [name, shape]));
}

/**
 * The entries under their official keys and shapes.
 *
 * @throws {TypeError} When two tensors have the same official key.
 */
export function renamedEntries(entries: ReadonlyMap<string, Entry>, rename: Rename): ReadonlyMap<string, Entry> {
  const official = new Map<string, Entry>();
  for (const [key, entry] of entries) {
    const { name, shape } = rename(key, entry.shape);
    if (official.has(name)) {
      throw new TypeError(
        `Cannot read the checkpoint as one tensor must be ${name}: current ones are ${name} and ${key}`,
      );
    }
    const read = () => entry.read(), readRaw = () => entry.readRaw();
    const same = shape.length === entry.shape.length && shape.every((size, axis) => size === entry.shape[axis]);
    const scale = entry.scale && same ? { scale: entry.scale } : {};
    official.set(name, { name, shape, dtype: entry.dtype, bytes: entry.bytes, read, readRaw, ...scale });
  }
  return official;
}
