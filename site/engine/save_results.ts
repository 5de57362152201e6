/**
 * Results as files: one, or many as a ZIP that is written to disk while it is made.
 *
 * @module
 */
import { makeZip } from "client-zip";
import { encodeImage } from "../../src/image/encode.ts";
import type { SaveOptions, ZipItem } from "../protocol.ts";
import type { Watch } from "./model_files.ts";
import { resultOf } from "./results.ts";
import { keep, kept } from "./storage.ts";

const TYPES = { png: "image/png", jpeg: "image/jpeg", webp: "image/webp" } as const;
/** The file in which a ZIP grows; it is no part of any session. */
const ZIP = "download.zip";

/** A result as a file. */
export async function encodeResult(result: number, { format, quality }: SaveOptions): Promise<Blob> {
  return new Blob([await encodeImage(await resultOf(result), { type: format, quality })], { type: TYPES[format] });
}

async function* bytesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

/** Results as a ZIP: one photo is encoded at a time, and nothing is held but that. */
export async function zipResults(items: readonly ZipItem[], options: SaveOptions, watch: Watch): Promise<Blob> {
  async function* files() {
    for (const [i, { result, name }] of items.entries()) {
      watch.signal.throwIfAborted();
      yield { name, input: await encodeResult(result, options), lastModified: new Date() };
      watch.emit({ type: "progress", phase: "run", fraction: (i + 1) / items.length });
    }
  }
  await keep(ZIP, bytesOf(makeZip(files()) as ReadableStream<Uint8Array>));
  return new Blob([(await kept(ZIP))!], { type: "application/zip" });
}
