/**
 * The one door for input: bytes, a Blob, a File, a URL or a path become a byte source.
 *
 * @module
 */
import { addressOf } from "./address.ts";
import { answeredBytes } from "./answered.ts";
import { blobSource, type ByteSource, bytesSource, type SourceOptions } from "./byte_source.ts";
import { openFile } from "./files.ts";
import { openUrl } from "./http.ts";

/**
 * Anything that a checkpoint can be read from. A text is a path unless it starts as an address does (`https:`, `file:`, …);
 * in a page it is an address, relative to the page if need be.
 */
export type SourceInput = Uint8Array | ArrayBuffer | Blob | Response | URL | string | ByteSource;

/**
 * Opens bytes, a Blob, a File, a Response, a URL or a path for reading.
 *
 * A URL is read by HTTP range, in blocks as they are asked for, where the server can do that; otherwise it is downloaded
 * once, whole, into memory. Connections that break are taken up again.
 *
 * @throws {TypeError} When the input is none of these.
 * @throws {Error} When the file or server cannot be reached; `cause` is the original error.
 *
 * @example
 * ```ts
 * const source = await openSource(new Uint8Array([1, 2, 3]));
 * await source.read(1, 2); // [2, 3]
 * ```
 */
export async function openSource(input: SourceInput, options: SourceOptions = {}): Promise<ByteSource> {
  options.signal?.throwIfAborted();
  if (input instanceof Uint8Array) return bytesSource(input);
  if (input instanceof ArrayBuffer) return bytesSource(new Uint8Array(input));
  if (input instanceof Blob) return blobSource(input);
  if (input instanceof Response) return bytesSource(await answeredBytes(input), input.url || undefined);
  if (typeof input === "string" || input instanceof URL) {
    const url = typeof input === "string" ? addressOf(input) : input;
    if (!url) return await openFile(input);
    return await (url.protocol === "file:" ? openFile(url) : openUrl(url, options));
  }
  if (typeof input?.read === "function" && typeof input.size === "number") return input;
  throw new TypeError(
    `Cannot open a source as it must be bytes, a Blob, a Response, a URL or a path: current value is ${
      input === null ? "null" : typeof input
    }`,
  );
}
