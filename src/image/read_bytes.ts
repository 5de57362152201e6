/**
 * The bytes of an encoded image, wherever they are.
 *
 * @module
 */
import { addressOf } from "../bytes/address.ts";
import { readAll } from "../bytes/read_all.ts";
import type { Drawable, ImageInput } from "./pixels.ts";

/** The bytes of an input that is not pixels. */
export async function readBytes(
  input: Exclude<ImageInput, { data: unknown } | Drawable>,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readAll(input, { signal });
    // Streams and digests refuse memory that other threads may change.
    if (!(bytes.buffer instanceof ArrayBuffer)) return new Uint8Array(bytes);
    // Node's Buffer is a Uint8Array whose slices are no copies.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error) || error instanceof RangeError || !isAddress(input)) throw error;
    throw new TypeError(error.message, { cause: error });
  }
}

const isAddress = (input: unknown): boolean =>
  input instanceof URL
    ? input.protocol !== "file:"
    : typeof input === "string" && (addressOf(input)?.protocol ?? "file:") !== "file:";
