/**
 * The door for input that is wanted whole, such as an image: bytes, a Blob, a File, a URL or a path become bytes.
 *
 * @module
 */
import type { SourceOptions } from "./byte_source.ts";
import { Growing } from "./growing.ts";
import { download, MAX_DOWNLOAD } from "./http.ts";
import { readPath } from "./read_path.ts";

/** A text that is a URL rather than a path. */
const URL_REGEXP = /^(https?|data|blob|file):/i;

/**
 * All bytes of an input. Connections that break are taken up again.
 *
 * @throws {TypeError} The input is none of these, or a path where there is no file system.
 * @throws {RangeError} The server's file is larger than `maxBytes`.
 * @throws {Error} The file or server cannot be reached; `cause` is the original error.
 *
 * @example
 * ```ts
 * import { readAll } from "./read_all.ts";
 *
 * await readAll("data:,abc"); // [97, 98, 99]
 * ```
 */
export async function readAll(
  input: Uint8Array | ArrayBuffer | Blob | URL | string,
  options: SourceOptions = {},
): Promise<Uint8Array> {
  if (input instanceof Uint8Array) return input;
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (input instanceof Blob) return new Uint8Array(await input.arrayBuffer());
  if (typeof input === "string" && !URL_REGEXP.test(input)) return await readPath(input);
  if (typeof input === "string" || input instanceof URL) {
    const url = new URL(input);
    return await (url.protocol === "file:" ? readPath(url) : readUrl(url, options));
  }
  throw new TypeError(
    "Cannot read the input as it must be bytes, a Blob, a path or a URL: current value is " +
      Object.prototype.toString.call(input).slice(8, -1),
  );
}

async function readUrl(url: URL, options: SourceOptions): Promise<Uint8Array> {
  let bytes = new Growing();
  for await (const piece of download(url, { maxBytes: MAX_DOWNLOAD, ...options })) {
    if (piece.offset === 0) bytes = new Growing(piece.total);
    bytes.add(piece.bytes);
  }
  return bytes.all();
}
