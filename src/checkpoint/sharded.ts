/**
 * A model in several safetensors files, and the index that says which tensor is in which: `model.safetensors.index.json`.
 *
 * @module
 */
import type { ByteSource } from "../bytes/byte_source.ts";
import { malformed, tooLarge } from "../bytes/errors.ts";
import type { Entry } from "./checkpoint.ts";
import { checkJson } from "./json.ts";
import type { Opening } from "./limits.ts";
import { readSafetensors, type Safetensors } from "./safetensors.ts";

/** Opens the file of a name beside the index. */
export type OpenShard = (name: string) => Promise<ByteSource>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether first bytes are those of an index rather than of a safetensors file, whose length would be beyond measure. */
export const isIndex = (head: Uint8Array): boolean => head[0] === 0x7b && head[7] !== undefined && head[7] !== 0;

/** Which tensors each file holds, by what the index says. */
async function readIndex(source: ByteSource, { limits, turn }: Opening): Promise<Map<string, Set<string>>> {
  const file = source.name;
  if (source.size > limits.headerBytes) {
    throw tooLarge(file, `an index must have at most ${limits.headerBytes} bytes`, `size is ${source.size}`);
  }
  const index = await checkJson(file, await source.read(0, source.size), turn);
  const map = isRecord(index) ? index["weight_map"] : undefined;
  if (!isRecord(map)) throw malformed(file, "an index must have a weight_map from tensors to files", "index has none");
  const shards = new Map<string, Set<string>>();
  for (const [tensor, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !/^\w[\w.-]*\.safetensors$/.test(shard)) {
      throw malformed(
        file,
        "an index must name .safetensors files beside it",
        `"${tensor}" is in ${JSON.stringify(shard)}`,
      );
    }
    if (!shards.has(shard)) shards.set(shard, new Set());
    shards.get(shard)!.add(tensor);
    if (shards.size > limits.shards) {
      throw tooLarge(file, `it must name at most ${limits.shards} files`, "count is larger");
    }
  }
  if (shards.size === 0) throw malformed(file, "an index must name tensors", "index names none");
  return shards;
}

/**
 * Reads the headers of all files that an index names.
 *
 * @param source The index.
 * @param openShard Opens a file beside it.
 * @returns The tensors of all, and a function that closes the files.
 * @throws {SyntaxError} When the index or a file is broken, or a file lacks a tensor or has one that belongs to another.
 * @throws {RangeError} When there is more than the limits allow.
 * @throws {Error} When a file is not there.
 */
export async function readShards(
  source: ByteSource,
  openShard: OpenShard,
  opening: Opening,
): Promise<Safetensors & { close(): Promise<void> }> {
  const shards = await readIndex(source, opening), opened: ByteSource[] = [];
  const close = async () => void await Promise.all(opened.map((shard) => shard.close()));
  const entries: Entry[] = [];
  let metadata: Safetensors["metadata"] = {};
  try {
    for (const [name, wanted] of shards) {
      const shard = await openShard(name);
      opened.push(shard);
      const held = await readSafetensors(shard, opening);
      metadata = { ...held.metadata, ...metadata };
      for (const entry of held.entries) {
        if (!wanted.delete(entry.name)) {
          throw malformed(
            shard.name,
            "it must hold the tensors that the index says",
            `tensor "${entry.name}" is one more`,
          );
        }
        entries.push(entry);
      }
      for (const missing of wanted) {
        throw malformed(shard.name, "it must hold the tensors that the index says", `tensor "${missing}" is missing`);
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { entries, metadata, close };
}
