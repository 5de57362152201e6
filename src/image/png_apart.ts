/**
 * A PNG whose rows are filtered and compressed in a worker of its own, beside whatever makes the rows.
 *
 * @module
 */
import { type Deferred, deferred } from "../bytes/deferred.ts";
import { canSpawn, RECEIVE, spawn, type Spawned } from "../bytes/spawn.ts";
import type { Channels } from "./pixels.ts";
import { checkSize } from "./pixels.ts";
import { paeth } from "./png_decode.ts";
import { framed, openDeflater, type PngEncoder, pngEncoder, type Samples } from "./png_encode.ts";

/** Samples of a picture that is worth a worker. */
const WORTH_IT = 1 << 20;

/** An encoder that holds a worker until it is disposed of. */
export interface PngEncoderApart extends PngEncoder, AsyncDisposable {}

/** Some bundlers write calls of `__name` into functions. */
const code = (): string =>
  `${RECEIVE}const __name = (it) => it;
const openDeflater = ${openDeflater};
const paeth = ${paeth};
let deflater;
receive(async ({ open, rows }, answer) => {
  try {
    if (open) {
      deflater = openDeflater(...open, paeth);
      return answer({ parts: [] });
    }
    const parts = rows ? await deflater.write(rows, () => undefined) : await deflater.finish();
    answer({ parts }, parts.map(({ buffer }) => buffer));
  } catch (error) {
    answer({ fault: String(error) });
  }
}, true);
`;

/**
 * As {@linkcode pngEncoder}; large pictures are compressed in a worker, where the runtime has any. Rows are given away: their
 * buffer is of no use to the caller afterwards.
 *
 * @throws {RangeError} If the size is not made of positive integers.
 */
export async function pngEncoderApart(
  width: number,
  height: number,
  channels: Channels,
  depth: 8 | 16 = 8,
): Promise<PngEncoderApart> {
  checkSize(width, height, Infinity);
  let waiting: Deferred<Uint8Array[]> | undefined, worker: Spawned | undefined;
  const inPlace = (): PngEncoderApart => ({
    ...pngEncoder(width, height, channels, depth),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
  if (width * height * channels < WORTH_IT || !canSpawn()) return inPlace();
  const message = (data: unknown): void => {
    const { parts, fault } = data as { parts?: Uint8Array[]; fault?: string };
    if (parts) waiting?.resolve(parts);
    else waiting?.reject(new Error(`Cannot encode PNG rows as their worker must go on: it failed (${fault})`));
  };
  const lost = (cause: unknown): void => {
    const text = cause instanceof Error ? cause.message : String(cause);
    waiting?.reject(new Error(`Cannot encode PNG rows as their worker must go on: it ended (${text})`));
  };
  const answered = async (ask: () => void, signal?: AbortSignal): Promise<Uint8Array[]> => {
    signal?.throwIfAborted();
    waiting = deferred();
    const { promise, reject } = waiting, stop = () => reject(signal!.reason);
    signal?.addEventListener("abort", stop);
    try {
      ask();
      return await promise;
    } finally {
      signal?.removeEventListener("abort", stop);
      waiting = undefined;
    }
  };
  waiting = deferred();
  const begun = waiting.promise;
  try {
    worker = await spawn(code(), { open: [width * channels, channels, depth] }, { message, lost }, { awaited: true });
    await begun;
  } catch {
    worker?.end();
    begun.catch(() => {});
    return inPlace();
  }
  const encoder = framed([width, height, channels, depth], {
    write: (rows: Samples, signal) => {
      const own = rows.byteLength === rows.buffer.byteLength && rows.buffer instanceof ArrayBuffer
        ? rows
        : rows.slice();
      return answered(() => worker!.send({ rows: own }, [own.buffer as ArrayBuffer]), signal);
    },
    finish: () => answered(() => worker!.send({})),
  });
  return {
    ...encoder,
    [Symbol.asyncDispose]() {
      worker!.end();
      return Promise.resolve();
    },
  };
}
