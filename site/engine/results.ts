/**
 * Restored photos, by number. The two used last stay in memory as pixels; all are kept as files.
 *
 * @module
 */
import type { Pixels8 } from "../../src/image/colour.ts";
import type { Channels } from "../../src/image/pixels.ts";
import { Failure } from "./failures.ts";
import { forget, keep, kept } from "./storage.ts";

const held = new Map<number, Pixels8>();
/** Results whose pixels stay in memory. */
const HELD = 2;

/** Name of a result's file. */
export const resultFile = (result: number): string => `result-${result}`;

/** Numbers before the pixels: width, height, channels. */
const HEADER = 3;

function hold(result: number, pixels: Pixels8): Pixels8 {
  held.delete(result);
  held.set(result, pixels);
  for (const old of held.keys()) {
    if (held.size <= HELD) break;
    held.delete(old);
  }
  return pixels;
}

/** Keeps a result. */
export async function keepResult(result: number, pixels: Pixels8): Promise<void> {
  hold(result, pixels);
  const { data, width, height, channels } = pixels;
  const header = new Uint8Array(Uint32Array.of(width, height, channels).buffer);
  await keep(resultFile(result), [header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** The pixels of a result. */
export async function resultOf(result: number): Promise<Pixels8> {
  const found = held.get(result);
  if (found) return hold(result, found);
  const bytes = await (await kept(resultFile(result)))?.arrayBuffer();
  if (!bytes || bytes.byteLength < 4 * HEADER) {
    throw new Failure("other", `Cannot show result ${result} as it must have been kept: it was not`);
  }
  const [width, height, channels] = new Uint32Array(bytes, 0, HEADER) as unknown as [number, number, number];
  const data = new Uint8Array(bytes, 4 * HEADER);
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
