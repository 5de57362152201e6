/**
 * Files in runtimes that have them: Deno, Node and Bun share `node:fs`. It is imported when first used, by a computed
 * specifier, so that browsers and bundlers never look for it.
 *
 * @module
 */
import { type ByteSource, checkRange } from "./byte_source.ts";
import { reasonOf } from "./errors.ts";

const load = <M>(specifier: string): Promise<M> => import(specifier);

/** The parts of `node:` that are used here and by the cache. */
export const nodeFiles = (): Promise<typeof import("node:fs/promises")> => load("node:fs/promises");
/** See {@linkcode nodeFiles}. */
export const nodePath = (): Promise<typeof import("node:path")> => load("node:path");
/** See {@linkcode nodeFiles}. */
export const nodeOs = (): Promise<typeof import("node:os")> => load("node:os");
/** See {@linkcode nodeFiles}. */
export const nodeCrypto = (): Promise<typeof import("node:crypto")> => load("node:crypto");
/** See {@linkcode nodeFiles}. */
export const nodeProcess = (): Promise<typeof import("node:process")> => load("node:process");

/** Whether this runtime has files. */
export function hasFiles(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return typeof process?.versions?.node === "string";
}

/**
 * A source over a file.
 *
 * @throws {Error} When it is not there or may not be read; `cause` is the original error.
 */
export async function openFile(path: string | URL): Promise<ByteSource> {
  const name = String(path);
  try {
    const { open } = await nodeFiles();
    const file = await open(path, "r");
    const stat = await file.stat().catch(async (error) => {
      await file.close();
      throw error;
    });
    if (!stat.isFile()) {
      await file.close();
      throw new Error("it is not a regular file");
    }
    const source = {
      name,
      size: stat.size,
      async read(offset: number, length: number) {
        checkRange(source, offset, length);
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
          if (bytesRead === 0) throw new Error(`Cannot read ${name} as it must stay as it is: current file is shorter`);
          done += bytesRead;
        }
        return bytes;
      },
      close: () => file.close(),
    };
    return source;
  } catch (error) {
    throw new Error(`Cannot open ${name} as it must be a readable file: current answer is ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * Writes a file whole or not at all: into a neighbour first, which takes the name when all is written. On an error or an
 * abort nothing is left.
 */
export async function writeAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { open, rename, rm } = await nodeFiles();
  const part = `${path}.${crypto.randomUUID()}.part`;
  const file = await open(part, "wx");
  try {
    try {
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        await file.writeFile(chunk);
      }
      options.signal?.throwIfAborted();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
