/**
 * Files of the hub, kept: a name leads to a version (commit and etag), a version to a file that is downloaded once.
 *
 * @module
 */
import { type CacheOptions, type Downloadable, fetchCached, openNote } from "../bytes/cache.ts";
import { printable, reasonOf } from "../bytes/errors.ts";
import { hasFiles, nodeFiles } from "../bytes/files_node.ts";
import { nearest } from "../bytes/near.ts";
import { addressOf, type HubName, isCommit, nameOf, parseHubName } from "./name.ts";
import { announce } from "./permissions.ts";
import { noFile, refusalOf } from "./refusals.ts";
import { FACTS, type HubOptions, type HubServer, isOffline, openHub } from "./server.ts";

/** What {@linkcode fetchHub} takes beside the name. */
export type FetchHubOptions = HubOptions & CacheOptions;

/** A version of a file. */
interface Version {
  /** Commit of the repository, where the hub tells it. */
  readonly commit: string | undefined;
  /** Of a large file its SHA-256, of a small one git's hash. */
  readonly etag: string | undefined;
}

/** A file of the hub that is at hand. */
export interface Fetched {
  /** A path, or a Blob in browsers. */
  readonly source: string | Blob;
  /** Gives a file beside it, of the same commit. */
  readonly beside: (file: string) => Promise<string | Blob>;
}

/** Text as a part of a file name. */
const plain = (text: string): string => text.replace(/[^\w.-]+/g, "-");

const unquoted = (etag: string | null): string | undefined =>
  etag?.replace(/^W\//, "").replaceAll('"', "") || undefined;

/** The name of a note, or of a file of a version, in the cache. */
function keptName({ repo, revision, file = "" }: HubName, version?: Version): string {
  const at = version ? version.etag ?? version.commit ?? revision : `at-${revision}`;
  return plain(`hf-${repo}-${at}-${file}`).slice(-200).replace(/^\W+/, "");
}

/** Asks where a name leads to. */
async function askFor(server: HubServer, name: HubName): Promise<Response> {
  const url = addressOf(server.endpoint, name), headers = { "accept-encoding": "identity" };
  const response = await server.ask(url, { method: "HEAD", headers });
  if (response.status !== 405 && response.status !== 501) return response;
  return await server.ask(url, { headers: { ...headers, range: "bytes=0-0" } });
}

/** The version that an answer speaks of. */
async function versionOf(server: HubServer, name: HubName, response: Response): Promise<Version> {
  const { headers, status } = response;
  await response.body?.cancel();
  if (status >= 400) throw await refusalOf(server, name, response);
  if (status < 300 && headers.get("content-type")?.startsWith("text/html")) {
    throw new Error(
      `Cannot load ${nameOf(name)} as ${server.endpoint.host} must give the file: current answer is a web page`,
    );
  }
  return {
    commit: headers.get(FACTS.commit) ?? (isCommit(name.revision) ? name.revision : undefined),
    etag: unquoted(headers.get(FACTS.etag) ?? headers.get("etag")),
  };
}

/** The file of a version, as the cache has it. */
function wantedOf(server: HubServer, name: HubName, version: Version): Downloadable {
  const { commit, etag } = version, pinned = commit === undefined ? name : { ...name, revision: commit };
  const url = addressOf(server.endpoint, pinned).href;
  return {
    url,
    file: keptName(name, version),
    key: `${url}?etag=${etag ?? ""}`,
    ...(commit === undefined && etag === undefined ? { fresh: true } : {}),
    ...(etag !== undefined && /^[0-9a-f]{64}$/.test(etag) ? { sha256: etag } : {}),
  };
}

/**
 * Gives the file that a name stands for. A branch or tag is asked for its version each time, and nothing is downloaded
 * again while that stays; a commit is asked once. Where the hub cannot be reached, the version that was seen last is given.
 * A download that was cut is taken up again, also by a later run; large files are checked by their SHA-256.
 *
 * @throws {RangeError} When the name is none, names no file, or the file is not what the hub promises.
 * @throws {TypeError} When the mirror is no address.
 * @throws {Error} When the hub refuses; the message says what must be done, and what was probably meant.
 *
 * @example
 * ```ts ignore
 * const { source } = await fetchHub("hf:hustvl/Vim-tiny-midclstok/vim_t_midclstok_76p1acc.pth");
 * ```
 */
export async function fetchHub(text: string, options: FetchHubOptions = {}): Promise<Fetched> {
  return await fetchName(parseHubName(text), options);
}

async function fetchName(name: HubName, options: FetchHubOptions): Promise<Fetched> {
  const say = (host: string | undefined): Promise<void> => announce(nameOf(name), host, options.cacheDir);
  const offline = await isOffline(options), server = await openHub(options, say);
  await say(offline ? undefined : server.endpoint.host);
  if (name.file === undefined) throw await noFile(offline ? undefined : server, name);
  const note = await openNote(keptName(name), options), known = await note.read() as Version | undefined;
  const give = async (version: Version): Promise<Fetched> => {
    const wanted = wantedOf(server, name, version), { file = "" } = name, revision = version.commit ?? name.revision;
    const source = await fetchCached(wanted, { ...options, offline, fetch: server.fetch });
    if (version !== known) await note.write(wanted, version);
    return {
      source,
      beside: async (other) =>
        (await fetchName({ ...name, revision, file: file.replace(/[^/]*$/, "") + other }, options)).source,
    };
  };
  if (known && (offline || isCommit(name.revision))) return await give(known);
  if (offline) {
    throw new Error(
      `Cannot load ${nameOf(name)} as it must be in the cache when offline: current cache, ${note.where}, has none`,
    );
  }
  let response: Response;
  try {
    response = await askFor(server, name);
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (known) return await give(known);
    throw new Error(
      `Cannot load ${nameOf(name)} as ${server.endpoint.host} must be within reach: current answer is ${
        reasonOf(cause)
      }`,
      { cause },
    );
  }
  if (known && response.status >= 500) return await give(known);
  return await give(await versionOf(server, name, response));
}

/**
 * Refuses a text that begins as an address of a kind that is not known, unless it is a file.
 *
 * @throws {RangeError} When it does.
 */
export async function checkScheme(text: string): Promise<void> {
  if (hasFiles() ? await isFile(text) : text.includes("://")) return;
  const scheme = text.slice(0, text.indexOf(":")), known = ["hf", "https", "http", "file", "data", "blob"];
  const meant = /^(hub|hg|huggingface)/i.test(scheme) ? "hf" : nearest(scheme.toLowerCase(), known);
  throw new RangeError(
    `Cannot load ${printable(text)} as its scheme must be one of ${known.join(", ")}, or it must be a file: ` +
      `current scheme is ${scheme}${meant ? `; did you mean ${meant}:?` : ""}`,
  );
}

const isFile = async (path: string): Promise<boolean> =>
  await (await nodeFiles()).stat(path).then((found) => found.isFile(), () => false);
