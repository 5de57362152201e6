/**
 * Downloads that are kept: in a folder where the runtime has files, in the Cache API of a browser otherwise.
 *
 * @module
 */
import { lazyImport } from "./lazy_import.ts";
import type { SourceOptions } from "./byte_source.ts";
import { reasonOf } from "./errors.ts";
import { hasFiles } from "./files_node.ts";
import { download } from "./http.ts";

/** A file to be fetched once. */
export interface Downloadable {
  /** Where it is. */
  readonly url: string;
  /** Its name in the cache. */
  readonly file: string;
  /** SHA-256 in hex, checked where known. */
  readonly sha256?: string;
  /** Address under which a browser keeps it; `url` unless given. */
  readonly key?: string;
  /** Fetched again although it is kept, as nobody can say whether it is still the same. */
  readonly fresh?: boolean;
}

/** What {@linkcode fetchCached} takes beside the file. */
export interface CacheOptions extends SourceOptions {
  /** Folder to use instead of the platform's. */
  readonly cacheDir?: string | undefined;
  /** Takes only what is kept. */
  readonly offline?: boolean | undefined;
}

/** `cache_node.ts`, which is of no use to browsers. */
interface FolderModule {
  cacheFolder(): Promise<string>;
  fetchToFolder(wanted: Downloadable, options: CacheOptions): Promise<string>;
  readNote(folder: string, name: string): Promise<unknown>;
  writeNote(folder: string, name: string, note: unknown): Promise<void>;
}

const folderModule = (): Promise<FolderModule> => lazyImport<FolderModule>("./bytes/cache_node.ts");

/** The cache of the browser; undefined where a page may not keep anything. */
const browserCache = (storage: CacheStorage | null = globalThis.caches ?? null): Promise<Cache | undefined> =>
  storage?.open("sidewinder").catch(() => undefined) ?? Promise.resolve(undefined);

/** What is kept of a file beside it: where a name led to when it was asked last. */
export interface Note {
  /** Where the cache is, in words. */
  readonly where: string;
  /** What was written last, if what it speaks of is still there; undefined otherwise. */
  read(): Promise<unknown>;
  /** Writes it: which file it speaks of, and facts. */
  write(about: Downloadable, facts: unknown): Promise<void>;
}

/** The note of a name. */
export async function openNote(name: string, { cacheDir }: CacheOptions = {}): Promise<Note> {
  if (hasFiles()) {
    const { cacheFolder, readNote, writeNote } = await folderModule(), folder = cacheDir ?? await cacheFolder();
    return {
      where: folder,
      read: () => readNote(folder, name),
      write: ({ file }, facts) => writeNote(folder, name, { file, facts }),
    };
  }
  const cache = await browserCache(), place = `https://sidewinder.invalid/${name}`;
  return {
    where: cache ? "the browser's" : "none, as this page may keep nothing,",
    async read() {
      const { key, facts } = await (await cache?.match(place))?.json().catch(() => undefined) ?? {};
      return key !== undefined && await cache!.match(key) ? facts : undefined;
    },
    async write({ url, key = url }, facts) {
      await cache?.put(place, new Response(JSON.stringify({ key, facts })));
    },
  };
}

/** The error for a file that is to be taken from the cache, where it is not. */
export const notKept = ({ file, url }: Downloadable, where: string): Error =>
  new Error(
    `Cannot load ${file} as it must be in the cache when offline, fetch ${url} beforehand: current cache, ${where}, has none`,
  );

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Header of a kept answer that says how long it was. */
const LENGTH = "sidewinder-length";

/** The browser's way; `storage` is null where a page may not keep anything. */
export async function fetchToBrowser(
  wanted: Downloadable,
  options: CacheOptions,
  storage?: CacheStorage | null,
): Promise<Blob> {
  const cache = await browserCache(storage), key = wanted.key ?? wanted.url;
  const kept = wanted.fresh && !options.offline ? undefined : await cache?.match(key);
  if (kept) {
    const blob = await kept.blob(), length = kept.headers.get(LENGTH);
    if (blob.size > 0 && (length === null || Number(length) === blob.size)) return blob;
  }
  if (options.offline) throw notKept(wanted, "the browser's cache");
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const { offset, bytes } of download(new URL(wanted.url), options)) {
      if (offset === 0) pieces.length = 0;
      pieces.push(bytes as Uint8Array<ArrayBuffer>);
    }
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new Error(
      `Cannot load ${wanted.file} as it must be within reach, fetch ${wanted.url} and pass the file itself: current answer is ${
        reasonOf(error)
      }`,
      { cause: error },
    );
  }
  const blob = new Blob(pieces);
  if (blob.size === 0) {
    throw new RangeError(`Cannot keep ${wanted.url} as it must have some bytes: current length is 0`);
  }
  if (wanted.sha256 !== undefined) {
    const found = hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    if (found !== wanted.sha256) {
      throw new RangeError(
        `Cannot keep ${wanted.url} as it must have sha256 ${wanted.sha256}: current sha256 is ${found}`,
      );
    }
  }
  await cache?.put(key, new Response(blob, { headers: { [LENGTH]: `${blob.size}` } }));
  return blob;
}

/**
 * Fetches a file once and gives the kept one ever after, without asking the network again. A download that was cut is
 * taken up where it stopped, also by a later run; the file gets its name only when it is whole: as long as the server
 * states, and with the right SHA-256 where that is known. A kept file whose length or time has changed since is read again
 * and, unless its SHA-256 is still the same, fetched again.
 *
 * @returns A path, or a Blob in browsers: what `openCheckpoint` takes.
 * @throws {RangeError} When the file is not what was promised, or its name is no plain file name.
 * @throws {Error} When it is neither kept nor within reach; the message says what to fetch from where, and where to put it.
 *
 * @example
 * ```ts ignore
 * const path = await fetchCached(resolveReleased("vim-tiny"), { onProgress: console.log });
 * ```
 */
export async function fetchCached(wanted: Downloadable, options: CacheOptions = {}): Promise<string | Blob> {
  if (!/^\w[\w.-]*$/.test(wanted.file)) {
    throw new RangeError(
      `Cannot keep ${wanted.url} as its file must be a plain file name: current name is ${JSON.stringify(wanted.file)}`,
    );
  }
  options.signal?.throwIfAborted();
  if (!hasFiles()) return await fetchToBrowser(wanted, options);
  const { fetchToFolder } = await folderModule();
  return await fetchToFolder(wanted, options);
}
