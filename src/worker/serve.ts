/**
 * The engine's end of the line: answers calls, keeps what they name, lets them hear of progress and stops them.
 *
 * @module
 */
import { CALLS, type Kept, STREAMS } from "./calls.ts";
import { buffersOf, MARK, packError, type Ref, type Reply, type Request } from "./messages.ts";

/** The parts of a worker's scope that are used here. */
interface Scope {
  postMessage(message: Reply, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: { readonly data: Request }) => void): void;
  readonly navigator?: { readonly locks?: { request(name: string, hold: () => Promise<never>): Promise<unknown> } };
}

const scope = globalThis as unknown as Scope;

const say = (reply: Reply): void =>
  scope.postMessage(reply, [...buffersOf("result" in reply ? reply.result : undefined)]);

/** Calls that run, and streams that are being walked: each by its number, with what stops it. */
const running = new Map<number, AbortController>();
const streams = new Map<number, AsyncIterator<unknown>>();
const kept: Kept = { refs: new Map(), last: 0 };

/** The options of a call as they were on the page. */
function optionsOf(id: number, { plain, heard, stops }: Extract<Request, { call: string }>["options"]): object {
  const listeners = heard.map((name) =>
    [name, (...args: unknown[]) => say({ mark: MARK, id, heard: name, args })] as const
  );
  if (!stops) return { ...plain, ...Object.fromEntries(listeners) };
  const controller = new AbortController();
  running.set(id, controller);
  return { ...plain, ...Object.fromEntries(listeners), signal: controller.signal };
}

/** What a number stands for. */
function resolved(call: string, arg: unknown): unknown {
  const ref = (arg as Partial<Ref> | undefined)?.ref;
  if (typeof ref !== "number") return arg;
  if (!kept.refs.has(ref)) throw new Error(`Cannot ${call} in a worker as the model is closed`);
  return kept.refs.get(ref);
}

/** Bitmaps and frames that were sent hold memory until they are closed. */
function closeSent(args: readonly unknown[]): void {
  for (const arg of args) {
    if (/\[object (ImageBitmap|VideoFrame)\]/.test(`${arg}`)) (arg as ImageBitmap).close();
  }
}

/** Walks a stream a step, or ends it. */
async function walk(call: string, id: number): Promise<unknown> {
  const stream = streams.get(id);
  const step = call === "next" ? await stream?.next() : await stream?.return?.();
  if (call === "return" || step?.done) end(id);
  return step;
}

function end(id: number): void {
  streams.delete(id);
  running.delete(id);
}

async function answer({ id, call, args, options }: Extract<Request, { call: string }>): Promise<unknown> {
  if (call === "next" || call === "return") return await walk(call, args[0] as number);
  const given = [...args.map((arg) => resolved(call, arg)), optionsOf(id, options)];
  if (Object.hasOwn(STREAMS, call)) {
    const { facts, steps } = await STREAMS[call]!(kept, ...given as never[]);
    running.get(id)?.signal.throwIfAborted(); // nobody would end it
    streams.set(id, steps);
    return facts;
  }
  return await CALLS[call]!(kept, ...given as never[]);
}

async function receive(request: Request): Promise<void> {
  const { id } = request;
  if ("abort" in request) return running.get(id)?.abort();
  try {
    say({ mark: MARK, id, result: await answer(request) });
  } catch (error) {
    for (const ended of [id, request.args[0] as number]) if (streams.has(ended)) end(ended);
    say({ mark: MARK, id, failure: packError(error) });
  } finally {
    if (!streams.has(id)) {
      running.delete(id);
      closeSent(request.args);
    }
  }
}

/** Begins to serve. A lock is held as long as the worker lives, so that the page learns of its end. */
export async function serve(): Promise<void> {
  scope.addEventListener("message", ({ data }) => {
    if (data?.mark === MARK) void receive(data);
  });
  const { locks } = scope.navigator ?? {}, lock = locks && `${MARK} ${crypto.randomUUID()}`;
  if (locks && lock) {
    await new Promise<void>((held) => {
      locks.request(lock, () => {
        held();
        return new Promise<never>(() => {});
      }).catch(() => held());
    });
  }
  say({ mark: MARK, ready: true, lock });
}
