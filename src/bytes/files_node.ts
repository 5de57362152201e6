/**
 * Files through `node:fs`, which Deno, Node and Bun share. It is imported when first used, by a computed
 * specifier, so that browsers and bundlers never look for it.
 *
 * @module
 */
import { runtimeImport } from "./lazy_import.ts";
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

/**
 * Writes a file whole or not at all: into a neighbour first, which takes the name when all is written. On an error or an
 * abort nothing is left. A file that is there gives its mode to the new one; through a symbolic link the file that it names
 * is written; what is no file, such as a pipe, is written to directly.
 */
export async function writeAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { open, rename, rm } = await nodeFiles(), { dirname, join } = await nodePath();
  const { target, mode, special } = await destinationOf(path);
  // A name of its own, as one made from the file's would be longer than file systems allow.
  const part = special ? target : join(dirname(target), `.${crypto.randomUUID().slice(0, 13)}.part`);
  const file = await open(part, special ? "w" : "wx");
  try {
    try {
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        await file.writeFile(chunk);
      }
      options.signal?.throwIfAborted();
      if (mode !== undefined) await file.chmod(mode);
    } finally {
      await file.close();
    }
    if (!special) await rename(part, target);
  } catch (error) {
    if (!special) await rm(part, { force: true });
    throw error;
  }
}
