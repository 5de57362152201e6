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
}

/** What {@linkcode fetchCached} takes beside the file. */
export interface CacheOptions extends SourceOptions {
  /** Folder to use instead of the platform's. */
  readonly cacheDir?: string | undefined;
}

/** `cache_node.ts`, which is of no use to browsers. */
interface FolderModule {
  fetchToFolder(wanted: Downloadable, options: CacheOptions): Promise<string>;
}

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Header of a kept answer that says how long it was. */
const LENGTH = "sidewinder-length";

/** The browser's way; `storage` is null where a page may not keep anything. */
export async function fetchToBrowser(
  wanted: Downloadable,
  options: SourceOptions,
  storage: CacheStorage | null = globalThis.caches ?? null,
): Promise<Blob> {
  const cache = await storage?.open("sidewinder").catch(() => undefined);
  const kept = await cache?.match(wanted.url);
  if (kept) {
    const blob = await kept.blob(), length = kept.headers.get(LENGTH);
    if (blob.size > 0 && (length === null || Number(length) === blob.size)) return blob;
  }
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
  await cache?.put(wanted.url, new Response(blob, { headers: { [LENGTH]: `${blob.size}` } }));
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
  const { fetchToFolder } = await lazyImport<FolderModule>("./bytes/cache_node.ts");
  return await fetchToFolder(wanted, options);
}
