/**
 * From the bytes of an image to the answer: pixels, labels, a restored picture.
 *
 * @module
 */
import { deferred } from "../bytes/deferred.ts";
import { canSpawn } from "../bytes/spawn.ts";
import { classify } from "../classify.ts";
import { decodeImage } from "../image/decode.ts";
import { joinBytes } from "../image/headers/bytes.ts";
import { imageType, readHeader } from "../image/headers/header.ts";
import type { Pixels } from "../image/pixels.ts";
import { attachedChunks } from "../image/attached_chunks.ts";
import { pngEncoder } from "../image/png_encode.ts";
import { decodeMilliseconds } from "../image/work.ts";
import type { Model } from "../load_model.ts";
import type { RestoredRows } from "../restore/options.ts";
import { restoreRows, restoreWith } from "../restore/restore_with.ts";
import type { Deadline } from "./deadline.ts";
import { Problem } from "./problem.ts";

/** Refuses an image by its header; one problem per way in which it may be no image for us. */
export function inspect(bytes: Uint8Array, maxPixels: number, timeout: number): void {
  let header;
  try {
    header = readHeader(bytes);
  } catch (cause) {
    const kind = imageType(bytes) === undefined ? "unsupported-type" : "unreadable-image";
    throw new Problem(kind, (cause as Error).message, { cause });
  }
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw new Problem("too-many-pixels", `The image must have at most ${maxPixels} pixels: it is ${width} x ${height}`);
  }
  // Where there are no workers, a decoding that has begun cannot be ended.
  const milliseconds = decodeMilliseconds(header);
  if (!canSpawn() && milliseconds > timeout) {
    throw new Problem("too-slow", `The image must be decoded in ${timeout} ms: it takes ${Math.ceil(milliseconds)} ms`);
  }
}

/** Bytes to pixels. */
export async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  maxPixels: number,
  { signal }: Deadline,
): Promise<Pixels> {
  try {
    return await decodeImage(bytes, { maxPixels, signal });
  } catch (cause) {
    if (signal.aborted) {
      throw new Problem("run-timeout", "The image must be decoded in the time for a request", { cause });
    }
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    throw new Problem("unreadable-image", cause.message, { cause });
  }
}

/** What does not fit, in the words of the verb that refused it. */
const tooLarge = (cause: unknown): never => {
  if (cause instanceof RangeError) throw new Problem("too-many-pixels", cause.message, { cause });
  throw cause;
};

/** The likeliest classes as JSON. */
export async function answerLabels(
  model: Model,
  pixels: Pixels,
  top: number,
  { signal }: Deadline,
): Promise<Response> {
  const { labels, device, timings } = await classify(model, pixels, { top, signal }).catch(tooLarge);
  const name = model.info.variant ?? model.info.family;
  return Response.json({ model: name, device, labels }, {
    headers: { "server-timing": `preprocess;dur=${timings.preprocess.toFixed(1)}, run;dur=${timings.run.toFixed(1)}` },
  });
}

/** Side of the picture that tells the speed of a device. */
const PROBE = 48;
/** Share of the time up to which a restoration fits by an estimate for a modest core, whatever the core. */
const SURE = 1 / 8;

/** Milliseconds that a restoration will take on this device; where it is a close thing, measured anew. */
async function predict(model: Model, rows: RestoredRows, { signal, remaining }: Deadline): Promise<number> {
  const modest = rows.predict(1)!, known = rows.predict();
  if (modest < SURE * remaining()) return modest;
  if (known !== undefined && (known < remaining() / 2 || known > remaining() / SURE)) return known;
  const { channels } = model as { channels: 1 | 3 };
  const probe = { data: new Uint8Array(PROBE * PROBE * channels), width: PROBE, height: PROBE, channels };
  await restoreWith(model, probe, { signal });
  return rows.predict() ?? modest;
}

/** Parts that are made as fast as they can be, whether anybody reads them or not; each call gives the next that has any bytes. */
function madeAhead(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  done: () => void,
): () => Promise<Uint8Array | undefined> {
  const made = [...first];
  let more = deferred<void>(), over = false, failure: unknown;
  void (async () => {
    try {
      for await (const part of rest) {
        made.push(part);
        more.resolve();
      }
    } catch (error) {
      failure = error;
    }
    over = true;
    done();
    more.resolve();
  })();
  return async () => {
    for (;;) {
      const part = made.shift();
      if (part && part.length > 0) return part;
      if (part) continue;
      if (failure) throw failure;
      if (over) return undefined;
      await more.promise;
      more = deferred();
    }
  };
}

/**
 * The restored picture as a PNG whose rows are sent as tiles finish. `done` is called when all are made, or the client has
 * left, which one has that reads nothing for `timeout` milliseconds.
 *
 * @throws {Problem} When it cannot be done in the memory, or in the time that is left: the largest size that can is named.
 */
export async function answerImage(
  model: Model,
  pixels: Pixels,
  { memory, keepMetadata, timeout }: {
    readonly memory: number;
    readonly keepMetadata: boolean;
    readonly timeout: number;
  },
  deadline: Deadline,
  done: () => void,
): Promise<Response> {
  const { signal } = deadline;
  const limits = { memory, runtime: 0, strip: !keepMetadata, signal };
  const restored = await restoreRows(model, pixels, limits).catch(tooLarge);
  const milliseconds = await predict(model, restored, deadline);
  if (milliseconds > deadline.remaining()) {
    const factor = Math.sqrt(Math.max(0, deadline.remaining()) / milliseconds);
    const width = Math.floor(pixels.width * factor), height = Math.floor(pixels.height * factor);
    throw new Problem(
      "too-slow",
      `The image must have at most ${width} x ${height} pixels to be restored in the time for a request: ` +
        `it is ${pixels.width} x ${pixels.height}`,
      { members: { largest: { width, height } } },
    );
  }
  const { width, height, channels, depth, rows } = restored, encoder = pngEncoder(width, height, channels, depth);
  const attached = await attachedChunks(restored, false);
  async function* parts(): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
    yield joinBytes([encoder.header, attached]);
    for await (const band of rows) yield await encoder.writeRows(band.data, signal);
    yield await encoder.finish();
  }
  // The first rows are made before the answer begins: what fails until then has a status of its own.
  const source = parts(), first = [(await source.next()).value!, (await source.next()).value!];
  const next = madeAhead(first, source, done);
  let idle: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      clearTimeout(idle);
      const part = await next();
      if (!part) return controller.close();
      controller.enqueue(part);
      // Rows that nobody reads are not kept for good; how fast they are read is the client's business.
      idle = setTimeout(() => {
        deadline.leave();
        controller.error(new Error("the answer was not read"));
      }, timeout);
    },
    cancel() {
      clearTimeout(idle);
      deadline.leave();
    },
  }, { highWaterMark: 0 });
  const metadata = keepMetadata ? "kept" : "stripped";
  return new Response(body, { headers: { "content-type": "image/png", "sidewinder-metadata": metadata } });
}
