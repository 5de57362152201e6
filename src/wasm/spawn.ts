/**
 * Starts threads in whatever way the runtime has: `worker_threads` in Node, Deno and Bun, where a thread that waits for
 * work does not keep the process alive; a worker from a blob, or from a file that the caller serves, in browsers.
 *
 * @module
 */
import { runtimeImport } from "../bytes/lazy_import.ts";
import { hasNode } from "./cores.ts";
import { THREAD_CODE, type ThreadData } from "./thread_code.ts";

/** A thread that was started. */
export interface Thread {
  /** Ends it at once, whatever it does. */
  end(): void;
}

/** What is wanted of `node:worker_threads`. */
interface WorkerThreads {
  readonly Worker: new (code: string, options: { readonly eval: true; readonly workerData: ThreadData }) => {
    unref(): void;
    on(event: "error" | "exit", listener: () => void): void;
    terminate(): unknown;
  };
}

/**
 * Starts one thread.
 *
 * @param data What it works on.
 * @param lost Called when the thread has died.
 * @param file Address of a file with {@linkcode THREAD_CODE}, where a policy forbids workers from blobs.
 */
export async function spawn(data: ThreadData, lost: () => void, file?: string | URL): Promise<Thread> {
  if (hasNode()) {
    const threads = await runtimeImport<WorkerThreads>("node:worker_threads");
    const worker = new threads.Worker(THREAD_CODE, { eval: true, workerData: data });
    worker.on("error", lost);
    worker.on("exit", lost);
    worker.unref();
    return { end: () => void worker.terminate() };
  }
  const blob = file === undefined
    ? URL.createObjectURL(new Blob([THREAD_CODE], { type: "text/javascript" }))
    : undefined;
  const worker = new Worker(file ?? blob!);
  worker.addEventListener("error", lost);
  worker.postMessage(data);
  return {
    end() {
      worker.terminate();
      if (blob !== undefined) URL.revokeObjectURL(blob);
    },
  };
}
