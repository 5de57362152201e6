/**
 * How the worker of an engine comes up: from its file, in whatever way the page came to it.
 *
 * @module
 */
import { reasonOf } from "../bytes/errors.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { MARK, type Reply } from "./messages.ts";

/** A worker that runs `@sidewinder/sidewinder/worker`, the address of its file, or a function that starts it. */
export type WorkerWish = Worker | string | URL | (() => Worker);

/** A worker that serves. */
export interface Started {
  readonly worker: Worker;
  /** Name of the lock that it holds while it lives, where the runtime has locks. */
  readonly lock: string | undefined;
}

/** The file beside this one, by the name that it has in this tree; the build for npm puts its own name here. */
const FILE = "entry.ts";

/** By the address beside this file, in the words that Vite, webpack and Parcel know. */
const beside = (): Worker => new Worker(new URL("./entry.ts", import.meta.url), { type: "module", name: "sidewinder" });

/** A worker at an address; one of another origin, as of a CDN, is imported by a blob. */
function at(address: string): Worker {
  const { location } = globalThis as { location?: { origin: string } };
  const options = { type: "module", name: "sidewinder" } as const, { origin } = new URL(address, location?.origin);
  if (location === undefined || origin === "null" || origin === location.origin) return new Worker(address, options);
  const text = new Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(text), options);
}

/** By the address beside this file, of another origin. */
function elsewhere(): Worker | undefined {
  const { location } = globalThis as { location?: { origin: string } };
  const address = new URL(import.meta.url.replace(/[^/]*$/, FILE)); // a base of its own would be a riddle to webpack
  return /^https?:$/.test(address.protocol) && location && address.origin !== location.origin
    ? at(address.href)
    : undefined;
}

/** From the file that a bundler which knows no workers made of it; undefined where all is one file. */
async function asChunk(): Promise<Worker | undefined> {
  const { address } = await lazyImport<typeof import("./entry.ts")>("./worker/entry.ts");
  return address === import.meta.url ? undefined : at(address);
}

/** Waits until a worker serves. */
function served(worker: Worker): Promise<Started> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.removeEventListener("message", hear);
      worker.removeEventListener("error", fail);
    };
    const hear = ({ data }: MessageEvent<Reply>): void => {
      if (data?.mark !== MARK || !("ready" in data)) return;
      settle();
      resolve({ worker, lock: data.lock });
    };
    const fail = (event: Event): void => {
      event.preventDefault();
      settle();
      worker.terminate();
      reject(new Error((event as ErrorEvent).message || "its file could not be loaded"));
    };
    worker.addEventListener("message", hear);
    worker.addEventListener("error", fail);
  });
}

const given = (wish: WorkerWish): Worker =>
  typeof wish === "function" ? wish() : wish instanceof Worker ? wish : at(String(wish));

/**
 * Starts a worker.
 *
 * @throws {TypeError} When the runtime has no workers.
 * @throws {Error} When none can be started; the message has every answer.
 */
export async function startWorker(wish?: WorkerWish): Promise<Started> {
  if (typeof Worker === "undefined") {
    throw new TypeError(
      "Cannot start an engine in a worker as the runtime must have workers: current one has none, as a service worker " +
        "and Node; openDevice() computes in place",
    );
  }
  const answers: string[] = [];
  for (const attempt of wish === undefined ? [beside, elsewhere, asChunk] : [() => given(wish)]) {
    try {
      // Without a pause where there need be none: the error of a worker that fails at once must find a listener.
      const attempted = attempt(), worker = attempted instanceof Promise ? await attempted : attempted;
      if (worker) return await served(worker);
    } catch (error) {
      answers.push(reasonOf(error));
    }
  }
  throw new Error(
    "Cannot start an engine in a worker as its file must be within reach and the page's policy must allow it " +
      `(worker-src): current answers are ${answers.join("; ")}`,
  );
}
