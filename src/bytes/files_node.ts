/**
 * Files through `node:fs`, which Deno, Node and Bun share. It is imported when first used, by a computed
 * specifier, so that browsers and bundlers never look for it.
 *
 * @module
 */
import { runtimeImport } from "./lazy_import.ts";
import { printable, reasonOf } from "./errors.ts";
import type { OpenedFile } from "./opened_file.ts";

/** The parts of `node:` that are used here and by the cache. */
export const nodeFiles = (): Promise<typeof import("node:fs/promises")> => runtimeImport("node:fs/promises");
/** See {@linkcode nodeFiles}. */
export const nodePath = (): Promise<typeof import("node:path")> => runtimeImport("node:path");
/** See {@linkcode nodeFiles}. */
export const nodeOs = (): Promise<typeof import("node:os")> => runtimeImport("node:os");
/** See {@linkcode nodeFiles}. */
export const nodeCrypto = (): Promise<typeof import("node:crypto")> => runtimeImport("node:crypto");
/** See {@linkcode nodeFiles}. */
export const nodeProcess = (): Promise<typeof import("node:process")> => runtimeImport("node:process");

/** Whether this runtime has files. */
export function hasFiles(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === "string";
}

/** Opens a file for reading. */
export async function openNodeFile(path: string | URL): Promise<OpenedFile> {
  const { open } = await nodeFiles();
  const file = await open(path, "r");
  const stat = await file.stat().catch(async (error) => {
    await file.close();
    throw error;
  });
  return {
    isFile: stat.isFile(),
    size: stat.size,
    readAt: async (bytes, offset) => (await file.read(bytes, 0, bytes.length, offset)).bytesRead,
    close: () => file.close(),
  };
}

/** Where writing to a path ends up, what is there now, and whether it is more than a file: a pipe, a terminal. */
async function destinationOf(path: string): Promise<{ target: string; mode?: number; special: boolean }> {
  const { readlink, realpath, stat } = await nodeFiles(), { dirname, resolve } = await nodePath();
  const target = await realpath(path).catch(() =>
    readlink(path).then((link) => resolve(dirname(path), link)).catch(() => path)
  );
  const found = await stat(target).catch(() => undefined);
  return found?.isFile()
    ? { target, mode: found.mode & 0o7777, special: false }
    : { target, special: found !== undefined && !found.isDirectory() };
}

/** What a file system answers, by its code: what must be, and what is. */
const OBSTACLES: Readonly<Record<string, readonly [wish: string, fact: string]>> = {
  ENOSPC: ["there must be room for it", "the disk is full"],
  EDQUOT: ["there must be room for it", "the user's share of the disk is used up"],
  EFBIG: ["its size must be one that the disk can hold", "it is larger"],
  EROFS: ["its disk must be one that can be written", "it is mounted read-only"],
  EACCES: ["its folder must be one that may be written", "permission is denied"],
  EPERM: ["its folder must be one that may be written", "permission is denied"],
  ENOENT: ["its folder must exist", "there is none"],
  ENOTDIR: ["its folder must be a folder", "it is a file"],
  EEXIST: ["its folder must be a folder", "it is a file"],
  EISDIR: ["it must be a file", "it is a folder"],
  ENAMETOOLONG: ["its name must be one that the disk can hold", "it is too long"],
  EMFILE: ["the process must be able to open one more file", "it has as many open as it may"],
  EIO: ["the disk must take it", "it reports an error"],
};

/** Codes by their numbers: Deno gives some errors without their code, as a number in the message. */
const CODES: Readonly<Record<number, string>> = {
  5: "EIO",
  27: "EFBIG",
  28: "ENOSPC",
  30: "EROFS",
  36: "ENAMETOOLONG",
  122: "EDQUOT",
};

/** What the file system answers to writing `path`, in words where there are some; `cause` is the original error. */
export function inWords(path: string, error: unknown): unknown {
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" ? code : CODES[Number(/os error (\d+)/.exec(reasonOf(error))?.[1])];
  const words = known === undefined ? undefined : OBSTACLES[known];
  return words ? new Error(`Cannot write ${printable(path)} as ${words[0]}: ${words[1]}`, { cause: error }) : error;
}

/**
 * What a step of writing `path` gives.
 *
 * @throws {Error} See {@linkcode inWords}.
 */
export async function writing<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw inWords(path, error);
  }
}

/**
 * A name for a file that is not complete yet, with its process in it. It is its own, as one made from the file's would be
 * longer than file systems allow.
 */
export async function partName(): Promise<string> {
  return `.${(await nodeProcess()).pid}-${crypto.randomUUID().slice(0, 8)}.part`;
}

/** Whether a name is that of a file whose process ended before it was complete. */
export async function isAbandoned(name: string): Promise<boolean> {
  const pid = /^\.(\d+)-[0-9a-f]{8}\.part$/.exec(name)?.[1];
  if (pid === undefined) return false;
  try {
    (await nodeProcess()).kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Writes a file whole or not at all: into a neighbour first, which takes the name when all is written. On an error or an
 * abort nothing is left. A file that is there gives its mode to the new one; through a symbolic link the file that it names
 * is written; what is no file, such as a pipe, is written to directly.
 *
 * @throws {Error} When the disk is full or may not be written, in words; `cause` is the original error.
 */
export async function writeAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { open, rename, rm } = await nodeFiles(), { dirname, join } = await nodePath();
  const { target, mode, special } = await destinationOf(path);
  const part = special ? target : join(dirname(target), await partName());
  const file = await writing(path, open(part, special ? "w" : "wx"));
  try {
    try {
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        await writing(path, file.writeFile(chunk));
      }
      options.signal?.throwIfAborted();
      if (mode !== undefined) await writing(path, file.chmod(mode));
    } finally {
      await writing(path, file.close()); // where disks on the network say that they are full
    }
    if (!special) await writing(path, rename(part, target));
  } catch (error) {
    if (!special) await rm(part, { force: true });
    throw error;
  }
}
