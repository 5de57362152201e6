/**
 * The worker's own side of `postMessage`; the DOM's types know only a page's.
 *
 * @module
 */
import type { Reply, Request } from "../protocol.ts";

interface WorkerScope {
  postMessage(reply: Reply, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/** The global scope of the engine. */
export const scope = globalThis as unknown as WorkerScope;
