/**
 * Files by path, in the runtimes that have them (Deno, Node, Bun). Whole and at once; see `files.ts` for reading
 * in parts.
 *
 * @module
 */
import { runtimeImport } from "./lazy_import.ts";

/** The part of `node:fs/promises` used here. */
interface Files {
  readFile(path: string | URL, options: { readonly signal?: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a file whole.
 *
 * @throws {TypeError} If this runtime has no file system.
 * @throws {Error} If the file cannot be read; `cause` is the runtime's own error.
 * @throws {unknown} The reason of `signal`, once that is aborted.
 */
export async function readPath(path: string | URL, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const files = await runtimeImport<Files>("node:fs/promises").catch(() => undefined);
  if (files === undefined) {
    throw new TypeError(
      `Cannot read ${path} as paths must be used where there is a file system: current runtime has none; ` +
        "pass bytes, a Blob or an http URL",
    );
  }
  try {
    return await files.readFile(path, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    const answer = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read ${path} as it must be a readable file: current answer is ${answer}`, { cause: error });
  }
}

/** Reads a file of text whole, and throws as `readPath` does. */
export const readTextPath = async (path: string): Promise<string> => new TextDecoder().decode(await readPath(path));
