/**
 * Opens a checkpoint of any kind. Reading is lazy: the tensors of the wanted part are known, none has been read.
 *
 * @module
 */
import type { ByteSource, SourceOptions } from "../bytes/byte_source.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import type { Checkpoint, Entry } from "./checkpoint.ts";
import { malformed } from "../bytes/errors.ts";
import { isLegacy, ZIP_MAGIC } from "./magic.ts";
import { type CheckpointLimits, type Opening, openingOf } from "./limits.ts";
import { readSafetensors, type Safetensors } from "./safetensors.ts";
import { isIndex, readShards } from "./sharded.ts";
import { openSource, type SourceInput } from "../bytes/source.ts";
import { unwrapped } from "./wrappers.ts";

export type { Checkpoint, Entry } from "./checkpoint.ts";

/** What {@linkcode openCheckpoint} takes beside the input. */
export interface OpenOptions extends SourceOptions {
  /** Part that holds the weights, for example `model_ema`; found by itself unless given. */
  readonly key?: string | undefined;
  /** What opening may cost. */
  readonly limits?: CheckpointLimits | undefined;
  /** Gives a file that an index names, where the index is no path or URL beside which it lies. */
  readonly openShard?: ((name: string) => SourceInput | Promise<SourceInput>) | undefined;
}

/** Metadata key under which a converted file keeps the training command line, as JSON. */
export const TRAINING_ARGS = "training_args";

/** First bytes that are looked at to tell formats apart. */
const HEAD_BYTES = 64;

/** `open_pth.ts`, which comes with all that reads zip archives and pickles and so only when it is needed. */
interface PthModule {
  openPth(source: ByteSource, legacy: boolean, key: string | undefined, opening: Opening): Promise<Checkpoint>;
}

/** `int8.ts`, which only a file with such weights needs. */
interface Int8Module {
  scaledEntries(file: string, entries: ReadonlyMap<string, Entry>): Map<string, Entry>;
}

/** Longest training command line, and deepest nesting of one. */
const LONGEST_ARGS = 2 ** 20;
const DEEPEST_ARGS = 16;

/** Whether JSON is nested no deeper than that: its brackets in texts count, too, which does no harm. */
function isShallow(text: string): boolean {
  let depth = 0;
  for (const bracket of text.match(/[[\]{}]/g) ?? []) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > DEEPEST_ARGS) return false;
  }
  return true;
}

/** The training command line of a converted file; metadata that is something else stays metadata. */
function parseTrainingArgs(text: string | undefined): Pick<Checkpoint, "trainingArgs"> {
  if (text !== undefined && (text.length > LONGEST_ARGS || !isShallow(text))) return {};
  try {
    const value: unknown = text === undefined ? null : JSON.parse(text);
    return typeof value === "object" && value !== null ? { trainingArgs: value as Record<string, unknown> } : {};
  } catch {
    return {};
  }
}

/** Where a file beside the index is. */
function besideIndex(input: SourceInput, name: string): SourceInput {
  if (input instanceof URL || (typeof input === "string" && /^(https?|file):\/\//i.test(input))) {
    return new URL(name, input);
  }
  if (typeof input === "string") return input.replace(/[^/\\]*$/, "") + name;
  throw new TypeError(
    `Cannot open ${name} as an index must be a path or a URL, or openShard must give the files that it names: ` +
      "current input is neither",
  );
}

async function checkpointOfSafetensors(
  source: ByteSource,
  { entries: stored, metadata }: Safetensors,
  key: string | undefined,
  close: () => Promise<void> = () => source.close(),
): Promise<Checkpoint> {
  const prefix = key === undefined ? "" : `${key}.`;
  const entries = new Map<string, Entry>();
  const ignored: string[] = [];
  for (const entry of stored) {
    if (!entry.name.startsWith(prefix)) {
      ignored.push(entry.name);
      continue;
    }
    const name = unwrapped(entry.name.slice(prefix.length));
    if (entries.has(name)) throw malformed(source.name, "no tensor may come twice", `tensor "${name}" does`);
    entries.set(name, { ...entry, name });
  }
  if (entries.size === 0) {
    const wish = key === undefined ? "it must hold tensors" : `it must hold tensors below "${key}"`;
    throw malformed(source.name, wish, `file has ${stored.length} tensors, none of these`);
  }
  const narrow = [...entries].some(([name, { dtype }]) => dtype === "I8" && entries.has(`${name}_scale`));
  const { scaledEntries } = narrow
    ? await lazyImport<Int8Module>("./checkpoint/int8.ts")
    : { scaledEntries: undefined };
  const args = parseTrainingArgs(metadata[TRAINING_ARGS]);
  return {
    format: "safetensors",
    entries: scaledEntries?.(source.name, entries) ?? entries,
    root: key ?? "",
    metadata,
    ...args,
    ignored,
    warnings: [],
    close,
  };
}

const startsWith = (bytes: Uint8Array, prefix: Iterable<number>): boolean =>
  [...prefix].every((byte, i) => bytes[i] === byte);

/** What the bytes of an unknown file look like, for the message. */
function describeHead(head: Uint8Array): string {
  const text = new TextDecoder().decode(head);
  if (head.length === 0) return "file is empty";
  if (text.startsWith("version https://git-lfs")) {
    return "file is a git LFS pointer, fetch the real one with git lfs pull";
  }
  if (/^\uFEFF?\s*</.test(text)) return "file is a web page, the download has gone wrong";
  if (head[0] === 0x80) return "file is a bare pickle, save it with torch.save";
  if (/^[\t\n\r\x20-\x7e]*$/.test(text)) return `file is a text that begins with ${JSON.stringify(text.slice(0, 24))}`;
  return `file begins with the bytes ${[...head.subarray(0, 8)].map((b) => b.toString(16).padStart(2, "0")).join(" ")}`;
}

/**
 * Opens a `.pth` (zip or older) or `.safetensors` checkpoint, or the index of a model in several safetensors files, from
 * bytes, Blob, File, URL or path. What it is is told by its bytes, not by its name. Nothing of it is run, and nothing is
 * allocated that the file does not back with bytes. An abort ends the opening, also in the middle of a parse.
 *
 * @param input Where it is. A byte source passes to the checkpoint, which closes it.
 * @throws {SyntaxError} When the bytes are no checkpoint, or broken, or truncated.
 * @throws {RangeError} When a size is beyond what a model can need, or the named part does not exist.
 * @throws {TypeError} When a tensor has a number format that cannot be read.
 * @throws {Error} When the file or server cannot be reached.
 *
 * @example
 * ```ts ignore
 * const checkpoint = await openCheckpoint("vim_t_midclstok_76p1acc.pth");
 * const weight = await checkpoint.entries.get("head.weight")?.read();
 * await checkpoint.close();
 * ```
 */
export async function openCheckpoint(input: SourceInput, options: OpenOptions = {}): Promise<Checkpoint> {
  const opening = openingOf(options.limits, options.signal);
  const source = await openSource(input, options);
  try {
    const head = await source.read(0, Math.min(source.size, HEAD_BYTES));
    if (startsWith(head, ZIP_MAGIC) || isLegacy(head)) {
      const { openPth } = await lazyImport<PthModule>("./checkpoint/open_pth.ts");
      return await openPth(source, isLegacy(head), options.key, opening);
    }
    if (isIndex(head)) {
      const { openShard = (name: string) => besideIndex(input, name) } = options;
      const held = await readShards(source, async (name) => await openSource(await openShard(name), options), opening);
      await source.close();
      try {
        return await checkpointOfSafetensors(source, held, options.key, held.close);
      } catch (error) {
        await held.close();
        throw error;
      }
    }
    if (head[8] === 0x7b) {
      return await checkpointOfSafetensors(source, await readSafetensors(source, opening), options.key);
    }
    throw malformed(source.name, "it must be a .pth or .safetensors checkpoint", describeHead(head));
  } catch (error) {
    await source.close();
    throw error;
  }
}
