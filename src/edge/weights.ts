/**
 * Where a handler gets its weights: they are too large for many platforms' scripts, so every way to bind them is one.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { readAll } from "../bytes/read_all.ts";

/** The part of an object store used here: a Cloudflare R2 bucket, a KV namespace read as `arrayBuffer`, or the like. */
export interface Bucket {
  /** The object of that name, or null. */
  get(key: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>;
}

/** The part of a static-assets binding used here. */
export interface Assets {
  /** Answers as the server of the assets would. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Weights as bytes (a static module), a URL, a file on the hub (`hf:owner/repo[@revision]/file`), an object of a bucket, a path of static assets, or a function that gives
 * bytes, such as `() => defaultModel("classify")`.
 */
export type EdgeWeights =
  | Uint8Array
  | ArrayBuffer
  | URL
  | `hf:${string}`
  | { readonly bucket: Bucket; readonly key: string }
  | { readonly assets: Assets; readonly path: string }
  | (() => Promise<Uint8Array | ArrayBuffer>);

/**
 * The bytes of weights, wherever they are.
 *
 * @throws {Error} When they are not there.
 */
export async function weightBytes(weights: EdgeWeights): Promise<Uint8Array | ArrayBuffer> {
  if (weights instanceof Uint8Array || weights instanceof ArrayBuffer) return weights;
  if (weights instanceof URL) return await readAll(weights);
  if (typeof weights === "string") {
    const { fetchHub } = await lazyImport<typeof import("../hub/fetch_hub.ts")>("./hub/fetch_hub.ts");
    return await readAll((await fetchHub(weights)).source);
  }
  if (typeof weights === "function") return await weights();
  if ("bucket" in weights) {
    const object = await weights.bucket.get(weights.key);
    if (object === null) throw new Error(`Cannot load ${weights.key} as the bucket must hold it: it does not`);
    return await object.arrayBuffer();
  }
  const { assets, path } = weights;
  return await readAll(new URL(path, "https://assets.invalid/"), { fetch: (url) => assets.fetch(new Request(url)) });
}
