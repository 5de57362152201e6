/**
 * The download cache in runtimes that have files: one folder, a file per checkpoint with a record beside it, a `.part`
 * while it grows.
 *
 * @module
 */
import type { SourceOptions } from "./byte_source.ts";
import { type CacheOptions, type Downloadable, notKept } from "./cache.ts";
import { reasonOf } from "./errors.ts";
import { nodeCrypto, nodeFiles, nodeOs, nodePath, nodeProcess, writeAtomically, writing } from "./files_node.ts";
import { download } from "./http.ts";

/** What is known of a part file, kept beside it so that a later run can go on. */
interface PartNote {
  readonly url: string;
  readonly tag: string;
  readonly total: number;
}

/** Piece in which a file is read to compute its hash. */
const HASH_BYTES = 2 ** 20;

/** The folder for downloads: `$XDG_CACHE_HOME/sidewinder`, or where the platform keeps such things. */
export async function cacheFolder(): Promise<string> {
  const [{ env, platform }, { homedir }, { join }] = await Promise.all([nodeProcess(), nodeOs(), nodePath()]);
  if (env["XDG_CACHE_HOME"]) return join(env["XDG_CACHE_HOME"], "sidewinder");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "sidewinder");
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? homedir(), "sidewinder", "cache");
  return join(homedir(), ".cache", "sidewinder");
}

async function sizeOfFile(path: string): Promise<number | undefined> {
  const { stat } = await nodeFiles();
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

async function sha256(path: string, signal: AbortSignal | undefined): Promise<string> {
  const [{ open }, { createHash }] = await Promise.all([nodeFiles(), nodeCrypto()]);
  const hash = createHash("sha256");
  const file = await open(path, "r");
  try {
    const piece = new Uint8Array(HASH_BYTES);
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(piece, 0, piece.length, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** What an earlier run left, if it is a stretch of the same file. */
async function readPartNote(part: string, url: string): Promise<{ note: PartNote; size: number } | undefined> {
  const { readFile } = await nodeFiles();
  try {
    const note: PartNote = JSON.parse(await readFile(`${part}.json`, "utf8"));
    const size = await sizeOfFile(part);
    if (note.url === url && size !== undefined && size <= note.total) return { note, size };
  } catch {
    return undefined;
  }
  return undefined;
}

/** Downloads to the part file, going on where an earlier run stopped. Returns the length that the server states. */
async function grow(part: string, url: string, options: SourceOptions): Promise<number | undefined> {
  const { open, writeFile } = await nodeFiles();
  const earlier = await readPartNote(part, url);
  if (earlier && earlier.size === earlier.note.total) return earlier.note.total;
  const file = await writing(part, open(part, earlier ? "r+" : "w"));
  try {
    const from = earlier?.size ?? 0;
    let total: number | undefined;
    let noted: string | undefined;
    let end = from;
    for await (const piece of download(new URL(url), { ...options, from, tag: earlier?.note.tag })) {
      if (piece.offset < end) await file.truncate(piece.offset);
      total = piece.total;
      if (piece.tag !== undefined && total !== undefined && piece.tag !== noted) {
        noted = piece.tag;
        await writing(part, writeFile(`${part}.json`, JSON.stringify({ url, tag: noted, total } satisfies PartNote)));
      }
      for (let done = 0; done < piece.bytes.length;) {
        const { bytesWritten } = await writing(
          part,
          file.write(piece.bytes, done, piece.bytes.length - done, piece.offset + done),
        );
        done += bytesWritten;
      }
      end = piece.offset + piece.bytes.length;
    }
    return total;
  } finally {
    await file.close();
  }
}

/**
 * Refuses a download that is not what the server or the table promised, and removes it.
 *
 * @returns Its SHA-256.
 */
async function checkPart(
  part: string,
  wanted: Downloadable,
  total: number | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const size = await sizeOfFile(part), found = await sha256(part, signal);
  const whole = size !== 0 && (total === undefined || size === total);
  if (whole && (wanted.sha256 === undefined || found === wanted.sha256)) return found;
  const { rm } = await nodeFiles();
  await Promise.all([rm(part, { force: true }), rm(`${part}.json`, { force: true })]);
  const fact = whole ? `sha256 is ${found}` : `length is ${size}`;
  throw new RangeError(
    `Cannot keep ${wanted.url} as it must have ${
      wanted.sha256 === undefined ? `${total || "some"} bytes` : `sha256 ${wanted.sha256}`
    }: current ${fact}`,
  );
}

/** What is known of a kept file: who finds its length and time unchanged need not read it. */
interface Record {
  readonly size: number;
  readonly changed: number;
  readonly sha256: string;
}

const recordOf = (path: string): string => `${path}.json`;

async function remember(path: string, sha256: string): Promise<void> {
  const { stat, writeFile } = await nodeFiles(), { size, mtimeMs } = await stat(path);
  await writeFile(recordOf(path), JSON.stringify({ size, changed: mtimeMs, sha256 } satisfies Record));
}

/**
 * Whether the kept file is what it was when it came: of the same length and time, or at least of the same SHA-256. One that
 * was put there by hand is believed, unless a SHA-256 is known.
 */
async function isKept(path: string, wanted: Downloadable, signal: AbortSignal | undefined): Promise<boolean> {
  const { readFile, stat } = await nodeFiles(), found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size === 0) return false;
  const text = await readFile(recordOf(path), "utf8").catch(() => "null");
  let record: Partial<Record> | null = null;
  try {
    record = JSON.parse(text);
  } catch {
    // as if there were none
  }
  const promised = wanted.sha256 ?? record?.sha256;
  if (promised === undefined) return true;
  if (record?.sha256 === promised && record.size === found.size && record.changed === found.mtimeMs) return true;
  if (await sha256(path, signal) !== promised) return false;
  await remember(path, promised).catch(() => {}); // a folder that may only be read serves, too
  return true;
}

/** A lock that was not touched for so long, in ms, was left by a process that is gone. */
const STALE = 60_000;

/** Takes the lock of a part file, so that two processes do not write into one; undefined when another has it. */
async function takeLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const { open, rm, stat, utimes } = await nodeFiles();
  const make = () => open(path, "wx").then((file) => file.close()).then(() => true, () => false);
  if (!await make()) {
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs < STALE) return undefined;
    await rm(path, { force: true });
    if (!await make()) return undefined;
  }
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), STALE / 4);
  return async () => {
    clearInterval(timer);
    await rm(path, { force: true });
  };
}

/** A note of `openNote`: what it says of a file that is still in the folder. */
export async function readNote(folder: string, name: string): Promise<unknown> {
  const [{ readFile }, { join }] = await Promise.all([nodeFiles(), nodePath()]);
  try {
    const { file, facts } = JSON.parse(await readFile(join(folder, `${name}.note`), "utf8"));
    return typeof file === "string" && await sizeOfFile(join(folder, file)) ? facts : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a note; a folder that may only be read has none. */
export async function writeNote(folder: string, name: string, note: unknown): Promise<void> {
  const { join } = await nodePath();
  await writeAtomically(join(folder, `${name}.note`), [new TextEncoder().encode(JSON.stringify(note))]).catch(() => {});
}

/** See `fetchCached`; gives the path. */
export async function fetchToFolder(
  wanted: Downloadable,
  options: CacheOptions,
): Promise<string> {
  const [{ mkdir, rm }, { join }] = await Promise.all([nodeFiles(), nodePath()]);
  const folder = options.cacheDir ?? await cacheFolder();
  const path = join(folder, wanted.file);
  if ((!wanted.fresh || options.offline) && await isKept(path, wanted, options.signal)) return path;
  if (options.offline) throw notKept(wanted, folder);
  await writing(path, mkdir(folder, { recursive: true }));
  const lock = await takeLock(`${path}.part.lock`);
  // Who does not get the part file downloads to one of its own, which no later run goes on with.
  const part = lock ? `${path}.part` : `${path}.${crypto.randomUUID()}.part`;
  try {
    await fetchToPart(part, path, wanted, options);
  } finally {
    if (lock) await lock();
    else await Promise.all([rm(part, { force: true }), rm(`${part}.json`, { force: true })]);
  }
  return path;
}

async function fetchToPart(part: string, path: string, wanted: Downloadable, options: SourceOptions): Promise<void> {
  const { rename, rm } = await nodeFiles();
  let total: number | undefined;
  try {
    total = await grow(part, wanted.url, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new Error(
      `Cannot load ${wanted.file} as it must be in the cache or within reach, fetch ${wanted.url} and put it at ${path}: current answer is ${
        reasonOf(error)
      }`,
      { cause: error },
    );
  }
  const found = await checkPart(part, wanted, total, options.signal);
  await rename(part, path);
  await rm(`${part}.json`, { force: true });
  await remember(path, found);
}
