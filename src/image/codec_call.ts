/**
 * One call of a codec: in place where it is short, otherwise in a worker of its own, which an abort ends at once, whatever
 * it does.
 *
 * @module
 */
import { deferred } from "../bytes/deferred.ts";
import { canSpawn, RECEIVE, spawn, type Spawned } from "../bytes/spawn.ts";
import type { Pixels } from "./pixels.ts";

/** An instance of a codec: it is used once, as a failed call may leave its memory in any state. */
export interface Codec {
  /** Encoded bytes in, samples out; `null` or an exception for bytes it cannot read. */
  decode?(bytes: Uint8Array, ...options: readonly unknown[]): Decoded | null;
  /** RGBA in, encoded bytes out; `null` where the format cannot hold it. */
  encode?(rgba: Uint8Array, width: number, height: number, options: unknown): Uint8Array<ArrayBuffer> | null;
  /** Whether it wanted memory that there was none of. */
  memoryIsShort(): boolean;
}

/** What a decoder gives. */
export interface Decoded {
  /** Samples, `[height, width, channels]`. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Makes an instance. Its text is run in workers, so it uses nothing from outside itself. */
export type OpenCodec = (module: WebAssembly.Module) => Promise<Codec>;

/** What is to be done. */
export interface CodecTask {
  /** The compiled codec; that of GIF is JavaScript. */
  readonly module?: WebAssembly.Module;
  /** Which way. */
  readonly call: "decode" | "encode";
  /** What the call takes. */
  readonly args: readonly unknown[];
  /** Of the four samples a pixel of a decoder, the first so many are wanted. */
  readonly channels?: number;
  /** One of them that a worker may keep: it need not be copied. */
  readonly given?: Pixels["data"];
}

/** How a call ended. */
export interface Outcome {
  /** What the codec gave. */
  readonly result?: unknown;
  /** What it threw, where that is an error of the runtime's. */
  readonly fault?: Error;
  /** It wanted memory that there was none of. */
  readonly short: boolean;
}

/** Estimated milliseconds up to which a call is made in place: an abort waits that long. */
const IN_PLACE = 40;

/** Makes the call. Runs as text in workers, too. */
async function perform(open: OpenCodec, { module, call, args, channels }: CodecTask): Promise<Outcome> {
  let codec: Codec | undefined;
  try {
    codec = await open(module!);
    const result = (codec[call] as (...args: unknown[]) => unknown)(...args) as Decoded | null;
    if (!result || channels === undefined || channels === 4) return { result, short: codec.memoryIsShort() };
    const { data, width, height } = result, cut = new Uint8Array(width * height * channels);
    for (let i = 0, o = 0; o < cut.length; i += 4) {
      for (let c = 0; c < channels; c++) cut[o++] = data[i + c]!;
    }
    return { result: { data: cut, width, height }, short: false };
  } catch (error) {
    // A trap or a C++ exception is the codec's word for damaged bytes; a RangeError is an array that could not be made.
    const short = error instanceof RangeError || codec?.memoryIsShort() === true;
    return error instanceof Error && !(error instanceof WebAssembly.RuntimeError) ? { fault: error, short } : { short };
  }
}

/** Some bundlers write calls of `__name` into functions. */
const codeOf = (open: OpenCodec): string =>
  `${RECEIVE}const __name = (it) => it;
const open = ${open};
const perform = ${perform};
receive(async (task, answer) => {
  if (!task) return answer("begun");
  const outcome = await perform(open, task), { buffer } = outcome.result?.data ?? outcome.result ?? {};
  answer(outcome, buffer ? [buffer] : []);
}, true);
`;

/** Bytes that can be copied to a worker without the rest of a larger buffer. */
const alone = (value: unknown): unknown =>
  value instanceof Uint8Array && value.byteLength < value.buffer.byteLength ? value.slice() : value;

/** As {@linkcode perform}, in a worker; undefined where none comes up. */
async function performApart(
  open: OpenCodec,
  { given, ...task }: CodecTask,
  signal?: AbortSignal,
): Promise<Outcome | undefined> {
  const { promise, resolve, reject } = deferred<Outcome | undefined>();
  const stop = () => reject(signal!.reason);
  promise.catch(() => {}); // an abort may come while the worker is being started, before anybody waits
  let begun = false, worker: Spawned | undefined;
  const message = (answer: unknown): void => {
    if (answer !== "begun") return resolve(answer as Outcome);
    begun = true;
    try {
      worker!.send({ ...task, args: task.args.map(alone) }, given ? [given.buffer as ArrayBuffer] : []);
    } catch (error) {
      reject(error);
    }
  };
  const lost = (cause: unknown) => {
    const text = cause instanceof Error ? cause.message : String(cause);
    resolve(begun ? { fault: new Error(`the worker ended (${text})`), short: /memory/i.test(text) } : undefined);
  };
  signal?.addEventListener("abort", stop);
  try {
    worker = await spawn(codeOf(open), undefined, { message, lost }, { awaited: true });
    signal?.throwIfAborted();
    return await promise;
  } catch (error) {
    signal?.throwIfAborted();
    if (begun) throw error;
    return undefined;
  } finally {
    signal?.removeEventListener("abort", stop);
    worker?.end();
  }
}

/**
 * Makes a call.
 *
 * @param open Makes an instance of the codec.
 * @param task What is to be done.
 * @param milliseconds How long it takes, as estimated.
 * @param opened An instance that does calls in place, where there are many of one file; a fresh one each unless given.
 */
export async function callCodec(
  open: OpenCodec,
  task: CodecTask,
  milliseconds: number,
  signal?: AbortSignal,
  opened?: Codec,
): Promise<Outcome> {
  signal?.throwIfAborted();
  const apart = milliseconds > IN_PLACE && canSpawn() ? await performApart(open, task, signal) : undefined;
  return apart ?? await perform(opened ? () => Promise.resolve(opened) : open, task);
}

/** The error for a picture that there is not enough memory for. */
export const memoryIsShort = (action: string, width: number, height: number, cause?: unknown): Error =>
  new Error(
    `Cannot ${action} image as there must be memory for ${width}x${height} pixels: current process has too little left`,
    { cause },
  );

/** Makes an array for a picture; the error says what there was no memory for. */
export function withMemory<T>(action: string, width: number, height: number, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw cause instanceof RangeError ? memoryIsShort(action, width, height, cause) : cause;
  }
}
