/**
 * A checkpoint in several safetensors files and an index, as large models are published: its parts are found by their names
 * among the files that were dropped together.
 *
 * @module
 */
import type { Checkpoint, Entry } from "../../src/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";

/** Longest index that is read, in bytes. */
const MOST_INDEX = 50e6;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What an index says: which part holds which tensor. */
async function readIndex(index: File): Promise<ReadonlyMap<string, string>> {
  const wrong = (fact: string) =>
    new SyntaxError(`Cannot read ${index.name} as it must have a "weight_map" of file names: ${fact}`);
  if (index.size > MOST_INDEX) throw wrong(`it has ${index.size} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(await index.text());
  } catch {
    throw wrong("it is no JSON");
  }
  const map = isRecord(value) ? value.weight_map : undefined;
  if (!isRecord(map) || !Object.values(map).every((name) => typeof name === "string")) throw wrong("it has none");
  return new Map(Object.entries(map) as [string, string][]);
}

/**
 * Opens the parts as one checkpoint.
 *
 * @throws {SyntaxError} When the index is none, a part is missing, or a tensor is not where the index says.
 */
export async function openSharded(files: readonly File[]): Promise<Checkpoint> {
  const index = files.find(({ name }) => name.endsWith(".json"))!;
  const map = await readIndex(index), parts = new Map<string, Checkpoint>();
  try {
    const missing = new Set<string>();
    for (const name of new Set(map.values())) {
      const file = files.find((file) => file.name === name);
      if (file) parts.set(name, await openCheckpoint(file));
      else missing.add(name);
    }
    if (missing.size > 0) {
      throw new SyntaxError(
        `Cannot read ${index.name} as all its parts must be dropped with it: missing are ${[...missing].join(", ")}`,
      );
    }
    const entries = new Map<string, Entry>();
    for (const [tensor, name] of map) {
      const entry = parts.get(name)!.entries.get(tensor);
      if (!entry) {
        throw new SyntaxError(`Cannot read ${index.name} as ${name} must hold "${tensor}": it does not`);
      }
      entries.set(tensor, entry);
    }
    const all = [...parts.values()];
    return {
      format: "safetensors",
      entries,
      root: "",
      metadata: Object.assign({}, ...all.map(({ metadata }) => metadata)),
      ignored: all.flatMap((part) => [...part.entries.keys()].filter((key) => !entries.has(key))),
      warnings: all.flatMap(({ warnings }) => warnings),
      close: async () => void await Promise.all(all.map((part) => part.close())),
    };
  } catch (error) {
    for (const part of parts.values()) await part.close();
    throw error;
  }
}
