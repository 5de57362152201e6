/**
 * Files as byte sources, in runtimes that have files.
 *
 * @module
 */
import { type ByteSource, checkRange } from "./byte_source.ts";
import { reasonOf } from "./errors.ts";
import { openDenoFile } from "./files_deno.ts";
import { openNodeFile } from "./files_node.ts";
import type { OpenedFile } from "./opened_file.ts";

/** The file as a source; a file that shrinks while it is read is an error. */
function fileSource(name: string, file: OpenedFile): ByteSource {
  let closed = false;
  const source = {
    name,
    size: file.size,
    async read(offset: number, length: number) {
      checkRange(source, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const count = await file.readAt(bytes.subarray(done), offset + done);
        if (count === 0) {
          throw new Error(`Cannot read ${name} as it must stay as it is: current end is at ${offset + done}`);
        }
        done += count;
      }
      return bytes;
    },
    async close() {
      if (closed) return;
      closed = true;
      await file.close();
    },
  };
  return source;
}

/**
 * Opens a file.
 *
 * @throws {Error} When it is not there or may not be read; `cause` is the original error.
 */
export async function openFile(path: string | URL): Promise<ByteSource> {
  try {
    const file = await ("Deno" in globalThis ? openDenoFile : openNodeFile)(path);
    if (file.isFile) return fileSource(String(path), file);
    await file.close();
    throw new Error("it is not a regular file");
  } catch (error) {
    throw new Error(`Cannot open ${path} as it must be a readable file: current answer is ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
