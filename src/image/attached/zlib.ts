/**
 * Small zlib streams inside of files.
 *
 * @module
 */
import { joinBytes } from "../headers/bytes.ts";

/** Longest profile or text that is kept; printers' profiles are some megabytes long. */
const LONGEST = 1 << 24;

/** The inflated bytes; undefined when they are damaged or endless, which is no reason to refuse a picture. */
export async function inflate(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("deflate"))) {
      if ((length += part.length) > LONGEST) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined;
  }
  return joinBytes(parts);
}

/** The deflated bytes. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
