/**
 * Opens checkpoints by name: released ones, and files on the hub. Each is downloaded to the cache once. Fetched when there is a
 * name.
 *
 * @module
 */
import { fetchCached } from "../bytes/cache.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { nearest } from "../bytes/near.ts";
import type { FetchHubOptions } from "../hub/fetch_hub.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { openCheckpoint, type OpenOptions } from "./open.ts";
import { isReleased, RELEASED, resolveReleased } from "./released.ts";

/** Says which released name a path may have been meant for that leads nowhere. */
export function orMeant(path: string, error: unknown): never {
  const meant = nearest(path, RELEASED.map(({ name }) => name));
  if (meant === undefined || !(error instanceof Error)) throw error;
  throw new Error(`${error.message}; did you mean ${meant}?`, { cause: error });
}

/** The file of a released checkpoint; what Deno must allow for it is said before it asks. */
async function fetchReleased(name: string, options: OpenOptions & FetchHubOptions): Promise<string | Blob> {
  const wanted = resolveReleased(name);
  const { announce } = await lazyImport<typeof import("../hub/permissions.ts")>("./hub/permissions.ts");
  await announce(name, undefined, options.cacheDir);
  const kept = await fetchCached(wanted, { ...options, offline: true }).catch((error) => {
    if (options.offline) throw error;
  });
  if (kept !== undefined) return kept;
  await announce(name, new URL(wanted.url).host, options.cacheDir);
  return await fetchCached(wanted, options);
}

/**
 * Opens the checkpoint of a name.
 *
 * @throws {RangeError} When it is a name of no known kind.
 * @throws {Error} When the file cannot be had; the message says what must be done.
 */
export async function openNamed(name: string, options: OpenOptions & FetchHubOptions): Promise<Checkpoint> {
  if (isReleased(name)) return await openCheckpoint(await fetchReleased(name, options), options);
  const { checkScheme, fetchHub } = await lazyImport<typeof import("../hub/fetch_hub.ts")>("./hub/fetch_hub.ts");
  if (!/^hf:/i.test(name)) {
    await checkScheme(name);
    return await openCheckpoint(name, options);
  }
  const { source, beside } = await fetchHub(name, options);
  return await openCheckpoint(source, { ...options, openShard: beside });
}
