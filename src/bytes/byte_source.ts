/**
 * Think of a byte source as a file that can be anywhere: it says how long it is and gives any range of itself, so that a
 * reader takes only what it needs.
 *
 * @module
 */
import type { LongStep } from "../progress.ts";

/** Bytes that can be read in any order. */
export interface ByteSource {
  /** What to call it in messages: a path, a URL, a file name. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, in memory of their own. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Lets go of the file or connection. */
  close(): Promise<void>;
}

/** What opening a source takes beside the input. */
export interface SourceOptions extends LongStep {
  /** Most bytes to download where the server cannot give ranges; 2 GiB unless set. */
  readonly maxBytes?: number | undefined;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Refuses a range that is not inside the source, before anything is allocated for it. */
export function checkRange(source: Pick<ByteSource, "name" | "size">, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new RangeError(
      `Cannot read ${source.name} as offset and length must be whole numbers: current values are ${offset} and ${length}`,
    );
  }
  if (offset + length > source.size) {
    throw new RangeError(
      `Cannot read ${source.name} as bytes ${offset} to ${
        offset + length
      } must lie inside it: current size is ${source.size}, the file may be truncated`,
    );
  }
}

/** A source over bytes in memory; reads copy, so that the bytes stay as they are. */
export function bytesSource(bytes: Uint8Array, name = "the given bytes"): ByteSource {
  const source = {
    name,
    size: bytes.length,
    read(offset: number, length: number) {
      checkRange(source, offset, length);
      return Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length)));
    },
    close: () => Promise.resolve(),
  };
  return source;
}

/** A source over a Blob or File. */
export function blobSource(blob: Blob): ByteSource {
  const source = {
    name: "name" in blob ? String(blob.name) : "the given blob",
    size: blob.size,
    async read(offset: number, length: number) {
      checkRange(source, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
    close: () => Promise.resolve(),
  };
  return source;
}
