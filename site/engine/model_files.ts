/**
 * The models of the page's own origin: fetched when first wanted, checked, and kept for the next visit.
 *
 * @module
 */
import { download } from "../../src/bytes/http.ts";
import { CATALOGUE, type CatalogueModel } from "../catalogue.ts";
import type { EngineEvent } from "../protocol.ts";
import { Failure } from "./failures.ts";

/** Name of the cache; a model's name changes with its content, so it needs no version. */
const CACHE = "sidewinder-models";

/** How a call tells the page what happens, and learns that it was given up. */
export interface Watch {
  readonly emit: (event: EngineEvent, transfer?: Transferable[]) => void;
  readonly signal: AbortSignal;
}

const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function fetchModel(model: CatalogueModel, url: URL, { emit, signal }: Watch): Promise<Blob> {
  const bytes = new Uint8Array(model.bytes);
  try {
    for await (const { offset, bytes: piece } of download(url, { signal, maxBytes: model.bytes })) {
      bytes.set(piece, offset);
      emit({ type: "progress", phase: "download", fraction: (offset + piece.length) / model.bytes });
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new Failure("offline", (error as Error).message, error);
  }
  const sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
  if (sha256 !== model.sha256) {
    throw new Failure(
      "damaged-checkpoint",
      `Cannot load ${model.id} as it must have sha256 ${model.sha256}: current value is ${sha256}`,
    );
  }
  return new Blob([bytes]);
}

/** A model's file: the kept one, or a fresh one that is kept if there is room. */
export async function modelFile(model: CatalogueModel, watch: Watch): Promise<Blob> {
  const url = new URL(model.url, location.href);
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(url);
  if (kept) return await kept.blob();
  const blob = await fetchModel(model, url, watch);
  try {
    await cache?.put(url, new Response(blob));
  } catch {
    watch.emit({ type: "notice", notice: "storage-full" });
  }
  return blob;
}

/** Fetches every model that is not there yet, and drops those of earlier versions of the page. */
export async function keepModels(watch: Watch): Promise<void> {
  const cache = await caches.open(CACHE);
  const wanted = new Set(CATALOGUE.models.map(({ url }) => new URL(url, location.href).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url)) await cache.delete(request);
  }
  const total = CATALOGUE.models.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const model of CATALOGUE.models) {
    const before = done;
    await modelFile(model, {
      signal: watch.signal,
      emit: (event) => {
        if (event.type !== "progress") return watch.emit(event);
        watch.emit({ ...event, fraction: (before + (event.fraction ?? 0) * model.bytes) / total });
      },
    });
    done += model.bytes;
  }
}
