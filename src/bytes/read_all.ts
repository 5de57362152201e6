/**
 * The door for input that is wanted whole, such as an image: bytes, a Blob, a File, a URL or a path become bytes.
 *
 * @module
 */
import { addressOf } from "./address.ts";
import { answeredBytes } from "./answered.ts";
import type { SourceOptions } from "./byte_source.ts";
import { Growing } from "./growing.ts";
import { download, MAX_DOWNLOAD } from "./http.ts";
import { readPath } from "./read_path.ts";

/**
 * All bytes of an input. Connections that break are taken up again.
 *
 * @throws {TypeError} The input is none of these, a path where there is neither a file system nor a page, or an answer that
 * is no success.
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
  input: Uint8Array | ArrayBuffer | Blob | Response | URL | string,
  options: SourceOptions = {},
): Promise<Uint8Array> {
  if (input instanceof Uint8Array) return input;
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (input instanceof Blob) return new Uint8Array(await input.arrayBuffer());
  if (input instanceof Response) return await answeredBytes(input);
  if (typeof input === "string" || input instanceof URL) {
    const url = typeof input === "string" ? addressOf(input) : input;
    if (!url) return await readPath(input);
    return await (url.protocol === "file:" ? readPath(url) : readUrl(url, options));
  }
  throw new TypeError(
    "Cannot read the input as it must be bytes, a Blob, a Response, a path or a URL: current value is " +
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
