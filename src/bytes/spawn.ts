/**
 * Starts workers from a text, in whatever way the runtime has: `worker_threads` in Node, Deno and Bun, a worker from a
 * blob, or from a file that the caller serves, in browsers. The text reads its data as {@linkcode RECEIVE} does.
 *
 * @module
 */
import { hasFiles } from "./files_node.ts";
import { runtimeImport } from "./lazy_import.ts";

/** A worker that was started. */
export interface Spawned {
  /** Sends it more, where its text receives all; what is listed is given away. */
  send(data: unknown, transfer?: ArrayBuffer[]): void;
  /** Ends it at once, whatever it does. */
  end(): void;
  /** Lets go of it, as it ends by itself: Deno keeps some 9 MB of a worker that is ended while it works or waits. */
  leave(): void;
}

/** What the caller hears of a worker. */
export interface SpawnEvents {
  /** It has sent something. */
  readonly message?: (data: unknown) => void;
  /** It has died. */
  readonly lost: (cause: unknown) => void;
}

/** How {@linkcode spawn} starts a worker. */
export interface SpawnOptions {
  /** Address of a file with the text, where a policy forbids workers from blobs. */
  readonly file?: string | URL | undefined;
  /** Whether the process waits for it before it ends. */
  readonly awaited: boolean;
}

/** What is wanted of `node:worker_threads`. */
interface WorkerThreads {
  readonly Worker: new (code: string, options: { readonly eval: true; readonly workerData: unknown }) => {
    unref(): void;
    on(event: "error" | "exit" | "message", listener: (value: unknown) => void): void;
    postMessage(data: unknown, transfer?: ArrayBuffer[]): void;
    terminate(): unknown;
  };
}

/**
 * Begins a text for {@linkcode spawn}: `receive` is called with the data and a function that answers; where it is told to
 * receive all, with everything that is sent later, too. The name of the module stands in two parts, so that no bundler looks for it.
 */
export const RECEIVE = `"use strict";
const NODE = "node" + ":worker_threads";
const receive = (serve, all) => {
  const byNode = ({ workerData, parentPort }) => {
    const answer = (...it) => parentPort.postMessage(...it);
    if (all) parentPort.on("message", (data) => serve(data, answer));
    serve(workerData, answer);
  };
  if (typeof require === "function") byNode(require(NODE));
  else if (typeof WorkerGlobalScope !== "undefined" && !globalThis.process?.versions?.bun) {
    onmessage = ({ data }) => serve(data, (...answer) => postMessage(...answer));
  } else import(NODE).then(byNode);
};
`;

/** Whether this runtime has workers; workerd, which may look like Node, has none. */
export function canSpawn(): boolean {
  const { navigator, Worker, URL } = globalThis as {
    navigator?: { userAgent?: string };
    Worker?: unknown;
    URL: { createObjectURL?: unknown };
  };
  if (navigator?.userAgent === "Cloudflare-Workers") return false;
  return hasFiles() || (typeof Worker === "function" && typeof URL.createObjectURL === "function");
}

/** Workers of a browser that have not ended: Firefox ends one that nothing but its own listeners names, also while it works. */
const held = new Set<Worker>();

/**
 * Starts a worker.
 *
 * @param code What it runs.
 * @param data What it works on; copied.
 * @throws {Error} When the runtime has no workers, or a policy forbids them.
 */
export async function spawn(code: string, data: unknown, events: SpawnEvents, options: SpawnOptions): Promise<Spawned> {
  const { message, lost } = events, { file, awaited } = options;
  // Deno copies to its own workers in no time, but a second a megabyte to Node's; only Node's can be left alone.
  if (hasFiles() && !(awaited && "Deno" in globalThis)) {
    const threads = await runtimeImport<WorkerThreads>("node:worker_threads");
    const worker = new threads.Worker(code, { eval: true, workerData: data });
    worker.on("error", lost);
    worker.on("exit", lost);
    if (message) worker.on("message", message);
    if (!awaited) worker.unref();
    const send = (data: unknown, transfer: ArrayBuffer[] = []) => worker.postMessage(data, transfer);
    return { send, end: () => void worker.terminate(), leave: () => {} };
  }
  const blob = file === undefined ? URL.createObjectURL(new Blob([code], { type: "text/javascript" })) : undefined;
  const worker = new Worker(file ?? blob!, "Deno" in globalThis ? { type: "module" } : {});
  held.add(worker);
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    lost(event.error ?? event.message);
  });
  if (message) worker.addEventListener("message", (event) => message(event.data));
  worker.postMessage(data);
  const end = (): void => {
    worker.terminate();
    held.delete(worker);
    if (blob !== undefined) URL.revokeObjectURL(blob);
  };
  return { send: (data, transfer = []) => worker.postMessage(data, transfer), end, leave: end };
}
