/**
 * The page's end of the line to its engine.
 *
 * @module
 */
import { reasonOf } from "../bytes/errors.ts";
import { MARK, type Ref, type Reply, type Request, type SentOptions, unpackError } from "./messages.ts";
import type { Started } from "./start.ts";

/** Options as callers give them. */
export type Options = Readonly<Record<string, unknown>> | undefined;

/** A call that waits. */
interface Waiting {
  readonly call: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** An open line. */
export interface Line {
  /** Asks. An abort rejects at once with the signal's reason; the engine stops as soon as it can. */
  call<T>(call: string, args: readonly unknown[], options?: Options, transfer?: Iterable<Transferable>): Promise<T>;
  /** Asks for what comes part by part: what is known at once, and the parts, of which one is made ahead. */
  stream<F, T>(
    call: string,
    args: readonly unknown[],
    options?: Options,
    transfer?: Iterable<Transferable>,
  ): Promise<{ readonly facts: F; readonly steps: AsyncGenerator<T, void> }>;
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

/** Options in a form that can be sent. */
function sentOptions(call: string, options: Options = {}): SentOptions {
  const plain: Record<string, unknown> = {}, heard: string[] = [];
  for (const [name, value] of Object.entries(options)) {
    if (name === "signal" || value === undefined) continue;
    if (typeof value !== "function") plain[name] = value instanceof URL ? value.href : value;
    else if (/^on[A-Z]/.test(name)) heard.push(name);
    else {
      throw new TypeError(
        `Cannot ${call} in a worker as ${name} must be data or a listener: current value is a function, ` +
          "which cannot be sent",
      );
    }
  }
  return { plain, heard, stops: options.signal !== undefined || heard.length > 0 };
}

/** Opens the line to a worker that serves. */
export function openLine({ worker, lock }: Started): Line {
  const waiting = new Map<number, Waiting>(), listeners = new Map<number, Options>();
  /** Why streams were stopped whose parts are being walked. */
  const stopped = new Map<number, unknown>();
  let count = 0, ended: string | undefined;

  const refusal = (call: string): Error =>
    new Error(`Cannot ${call} as the engine must be open: ${ended}; createWorkerEngine() opens another`);
  const fail = (why: string): void => {
    if (ended !== undefined) return;
    ended = why;
    worker.terminate();
    for (const { call, reject } of waiting.values()) reject(refusal(call));
    waiting.clear();
    listeners.clear();
  };

  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    if (data?.mark !== MARK || !("id" in data)) return;
    const { id } = data;
    if ("heard" in data) {
      const listener = listeners.get(id)?.[data.heard] as ((...args: unknown[]) => void) | undefined;
      try {
        return listener?.(...data.args);
      } catch (error) {
        return stop(id, error);
      }
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (call) return "result" in data ? call.resolve(data.result) : call.reject(unpackError(data.failure));
    // It was given up when it was nearly done: a model that nobody knows of would be kept for good.
    const { ref } = (("result" in data ? data.result : undefined) ?? {}) as Partial<Ref>;
    if (ref !== undefined) line.call("release", [ref]).catch(() => {});
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    fail(`its worker has failed (${event.message || "no reason was given"})`);
  });
  const { locks } = navigator as { locks?: LockManager };
  if (lock !== undefined) locks?.request(lock, () => fail("its worker has ended")).catch(() => {});

  const begin = <T>(call: string, args: readonly unknown[], options: Options, transfer: Iterable<Transferable>) => {
    const signal = options?.signal as AbortSignal | undefined, id = ++count;
    const result = new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted();
      if (ended !== undefined) throw refusal(call);
      const sent: Request = { mark: MARK, id, call, args, options: sentOptions(call, options) };
      try {
        worker.postMessage(sent, [...transfer]);
      } catch (cause) {
        throw new TypeError(
          `Cannot ${call} in a worker as what it is given must be data that can be sent: current answer is ${
            reasonOf(cause)
          }`,
          { cause },
        );
      }
      waiting.set(id, { call, resolve: resolve as (result: unknown) => void, reject });
      if (sent.options.heard.length > 0) listeners.set(id, options);
      if (signal) abortWith(signal, id);
    });
    return { id, result };
  };
  const stoppers = new Map<number, () => void>();
  const stop = (id: number, reason: unknown): void => {
    const { reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (ended === undefined) worker.postMessage({ mark: MARK, id, abort: true } satisfies Request);
    if (reject) reject(reason);
    else if (listeners.delete(id)) stopped.set(id, reason);
  };
  const abortWith = (signal: AbortSignal, id: number): void => {
    const abort = () => stop(id, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    stoppers.set(id, () => signal.removeEventListener("abort", abort));
  };
  const forget = (id: number): void => {
    stoppers.get(id)?.();
    stoppers.delete(id);
    listeners.delete(id);
    stopped.delete(id);
  };

  const line: Line = {
    async call(call, args, options, transfer = []) {
      const { id, result } = begin<never>(call, args, options, transfer);
      return await result.finally(() => forget(id));
    },
    async stream(call, args, options, transfer = []) {
      const { id, result } = begin<never>(call, args, options, transfer);
      const facts = await result.catch((error) => {
        forget(id);
        if (ended === undefined) line.call("return", [id]).catch(() => {});
        throw error;
      });
      const signal = options?.signal as AbortSignal | undefined;
      return { facts, steps: walk(id, signal) };
    },
    close: () => fail("it was closed"),
  };

  async function* walk<T>(id: number, signal: AbortSignal | undefined): AsyncGenerator<T, void> {
    const next = (): Promise<IteratorResult<T, void>> => {
      const step = line.call<IteratorResult<T, void>>("next", [id], signal && { signal });
      step.catch(() => {}); // whoever walks on hears of it
      return step;
    };
    let ahead = next(), done = false;
    try {
      for (;;) {
        const step = await ahead.catch((error) => {
          throw stopped.has(id) ? stopped.get(id) : error;
        });
        if (stopped.has(id)) throw stopped.get(id);
        if ((done = step.done === true)) return;
        ahead = next();
        yield step.value as T;
      }
    } finally {
      if (!done && ended === undefined) await line.call("return", [id]).catch(() => {});
      forget(id);
    }
  }
  return line;
}
