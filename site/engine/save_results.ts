/**
 * Results as files: one, or many as a ZIP that is written to disk while it is made.
 *
 * @module
 */
import { makeZip } from "client-zip";
import { encodeImage } from "../../src/image/encode.ts";
import type { SaveOptions, ZipItem } from "../protocol.ts";
import type { Watch } from "./model_files.ts";
import { pixelsOf } from "./photos.ts";
import { resultOf } from "./results.ts";
import { keep, kept } from "./storage.ts";

const TYPES = { png: "image/png", jpeg: "image/jpeg", webp: "image/webp" } as const;
/** The file in which a ZIP grows; it is no part of any session. */
const ZIP = "download.zip";

/** A result as a file, with the colour profile of its photo, and with what else stands in that if it is wished. */
export async function encodeResult(
  photo: number,
  result: number,
  { format, quality, metadata }: SaveOptions,
): Promise<Blob> {
  const { attached } = (await pixelsOf(photo)).pixels, pixels = await resultOf(result);
  const source = attached ? { ...pixels, attached } : pixels;
  const bytes = await encodeImage(source, { type: format, quality, strip: !metadata });
  return new Blob([bytes], { type: TYPES[format] });
}

async function* bytesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

/** Results as a ZIP: one photo is encoded at a time, and nothing is held but that. */
export async function zipResults(items: readonly ZipItem[], options: SaveOptions, watch: Watch): Promise<Blob> {
  async function* files() {
    for (const [i, { photo, result, name }] of items.entries()) {
      watch.signal.throwIfAborted();
      yield { name, input: await encodeResult(photo, result, options), lastModified: new Date() };
      watch.emit({ type: "progress", phase: "run", fraction: (i + 1) / items.length });
    }
  }
  await keep(ZIP, bytesOf(makeZip(files()) as ReadableStream<Uint8Array>));
  return new Blob([(await kept(ZIP))!], { type: "application/zip" });
}
