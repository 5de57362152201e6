/**
 * Restored photos, by number. The two used last stay in memory as pixels; all are kept as files.
 *
 * @module
 */
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { Failure } from "./failures.ts";
import { forget, keep, kept } from "./storage.ts";

const held = new Map<number, Pixels>();
/** Results whose pixels stay in memory. */
const HELD = 2;

/** Name of a result's file. */
export const resultFile = (result: number): string => `result-${result}`;

/** Numbers before the pixels: width, height, channels, bytes a sample. */
const HEADER = 4;

function hold(result: number, pixels: Pixels): Pixels {
  held.delete(result);
  held.set(result, pixels);
  for (const old of held.keys()) {
    if (held.size <= HELD) break;
    held.delete(old);
  }
  return pixels;
}

/** Keeps a result. */
export async function keepResult(result: number, pixels: Pixels): Promise<void> {
  hold(result, pixels);
  const { data, width, height, channels } = pixels;
  const header = new Uint8Array(Uint32Array.of(width, height, channels, data.BYTES_PER_ELEMENT).buffer);
  await keep(resultFile(result), [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** The pixels of a result. */
export async function resultOf(result: number): Promise<Pixels> {
  const found = held.get(result);
  if (found) return hold(result, found);
  const bytes = await (await kept(resultFile(result)))?.arrayBuffer();
  if (!bytes || bytes.byteLength < 4 * HEADER) {
    throw new Failure("other", `Cannot show result ${result} as it must have been kept: it was not`);
  }
  const [width, height, channels, size] = [...new Uint32Array(bytes, 0, HEADER)] as [number, number, number, number];
  const data = size === 2 ? new Uint16Array(bytes, 4 * HEADER) : new Uint8Array(bytes, 4 * HEADER);
  if (data.length !== width * height * channels) {
    throw new Failure("other", `Cannot show result ${result} as all of it must have been kept: it was cut off`);
  }
  return hold(result, { data, width, height, channels: channels as Channels });
}

/** Lets a result go. */
export async function removeResult(result: number): Promise<void> {
  held.delete(result);
  await forget(resultFile(result));
}

/** Bytes of the results in memory. */
export function resultBytes(): number {
  return [...held.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
}
