/**
 * What the worker of an engine runs: loaded in a dedicated worker, it serves the page that started it.
 *
 * @module
 */
import { serve } from "./serve.ts";

/** Where this file is, for pages whose bundler gave it a name of its own. */
export const address: string = import.meta.url;

if (typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope === "function") void serve();
