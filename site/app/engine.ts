/**
 * The page's end of the line to the engine.
 *
 * @module
 */
import type { CallName, EngineCalls, EngineEvent, FailureKind, Reply } from "../protocol.ts";

/** The engine could not do it; `kind` says what a person can do about it. */
export class EngineFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}

/** How a call is watched. */
export interface CallOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly onEvent: CallOptions["onEvent"];
}

const waiting = new Map<number, Waiting>();
let count = 0;
let worker: Worker | undefined;
let broken: (() => void) | undefined;

/** Calls back when the engine cannot be started. */
export function onBroken(callback: () => void): void {
  broken = callback;
}

function settle(reply: Reply): void {
  const call = waiting.get(reply.id);
  if (!call) return closeBitmaps(reply); // given up meanwhile
  if ("event" in reply) return call.onEvent?.(reply.event);
  waiting.delete(reply.id);
  if ("result" in reply) return call.resolve(reply.result as never);
  const { kind, detail } = reply.failure;
  call.reject(kind === "aborted" ? new DOMException(detail, "AbortError") : new EngineFailure(kind, detail));
}

/** Bitmaps that nobody will draw hold memory until they are closed. */
function closeBitmaps(reply: Reply): void {
  if ("event" in reply && reply.event.type === "tile") reply.event.bitmap.close();
}

function start(): Worker {
  const url = document.documentElement.dataset.engine!;
  const started = new Worker(url, { type: "module", name: "engine" });
  started.addEventListener("message", ({ data }: MessageEvent<Reply>) => settle(data));
  started.addEventListener("error", () => broken?.());
  return started;
}

/** Asks the engine. An abort ends the call for the page at once; the engine stops as soon as it can. */
export function call<C extends CallName>(
  name: C,
  args: EngineCalls[C]["args"],
  { onEvent, signal }: CallOptions = {},
): Promise<EngineCalls[C]["result"]> {
  signal?.throwIfAborted();
  const engine = worker ??= start();
  const id = ++count;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, onEvent });
    signal?.addEventListener("abort", () => {
      if (!waiting.delete(id)) return;
      engine.postMessage({ id, abort: true });
      reject(signal.reason);
    });
    engine.postMessage({ id, call: name, args });
  });
}
