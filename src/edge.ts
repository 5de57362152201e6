/**
 * A `fetch` handler for edge functions and servers: POST an image, get its labels as JSON or a restored PNG.
 *
 * @module
 */
import { classify } from "./classify.ts";
import { corsHeaders, type Origins, preflight } from "./edge/cors.ts";
import { Engine } from "./edge/engine.ts";
import { chooseType } from "./edge/negotiate.ts";
import { Problem } from "./edge/problem.ts";
import { readBody } from "./edge/upload.ts";
import type { EdgeWeights } from "./edge/weights.ts";
import { decodeImage } from "./image/decode.ts";
import { imageType, readHeader } from "./image/headers/header.ts";
import type { Pixels } from "./image/pixels.ts";
import { pngEncoder } from "./image/png_encode.ts";
import type { Model } from "./load_model.ts";
import type { OpenOptions } from "./open_device.ts";
import { restoreRows } from "./restore.ts";
import { RUNTIME } from "./restore/plan_tiles.ts";

export type { Origins } from "./edge/cors.ts";
export type { EdgeTask } from "./edge/engine.ts";
export type { ProblemKind } from "./edge/problem.ts";
export type { Assets, Bucket, EdgeWeights } from "./edge/weights.ts";
export type { DeviceKind, OpenOptions } from "./open_device.ts";

/** What a handler serves, and within which limits. */
export interface EdgeOptions {
  /** Weights of a classifier: answers `application/json`. */
  readonly classify?: EdgeWeights;
  /** Weights of a restorer: answers `image/png`. */
  readonly restore?: EdgeWeights;
  /** Which device; the best one there is unless said. */
  readonly device?: OpenOptions;
  /** Path that images are posted to; `/` unless said. `health` below it tells the state. */
  readonly path?: string;
  /** Bytes of an image at most; 10 MB unless said. */
  readonly maxBytes?: number;
  /** Pixels of an image at most; 4 megapixels unless said. */
  readonly maxPixels?: number;
  /** Megabytes a restoration may take for image and tiles, beside the runtime; 64 unless said, for isolates of 128. */
  readonly memory?: number;
  /** Milliseconds from the first byte to the last of the answer's beginning; 30 000 unless said. */
  readonly timeout?: number;
  /** Requests that are worked on at once, the next gets 503; 2 unless said. Runs on one device are queued. */
  readonly concurrency?: number;
  /** Pages of which origins may ask; none unless said. */
  readonly origins?: Origins;
  /** Hears of failures that are not the client's, for a log; it is given no part of the image. */
  readonly onError?: (error: unknown) => void;
}

/** A handler of requests, as `Deno.serve`, `Bun.serve` and Workers take it. */
export type EdgeHandler = (request: Request) => Promise<Response>;

const TYPES = { classify: "application/json", restore: "image/png" } as const;
const METHODS = "POST, OPTIONS";
const HEALTH_METHODS = "GET, HEAD";

/** Types of body that are looked into; what it really is, its first bytes tell. The last is what curl says of any body. */
const UPLOADS = /^(image\/(png|x-png|apng|jpe?g|pjpeg|webp|x-webp)|application\/(octet-stream|x-www-form-urlencoded))$/;

/** A request that is worked on; one older than twice the timeout was dropped by its platform and counts no more. */
interface Place {
  readonly since: number;
}

/** The likeliest classes asked for by `?top=`. */
function topOf(url: URL): number {
  const text = url.searchParams.get("top") ?? "5";
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Problem("bad-option", "top must be a whole number from 1 to 9999");
  return Number(text);
}

async function digest(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string> {
  const body = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const all = new Uint8Array([...body, ...new TextEncoder().encode(name)]);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return `"${[...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
}

/** Bytes to pixels; one problem per way in which they may be no image for us. */
async function decode(bytes: Uint8Array<ArrayBuffer>, maxPixels: number, signal: AbortSignal): Promise<Pixels> {
  let size;
  try {
    size = readHeader(bytes);
  } catch (cause) {
    const kind = imageType(bytes) === undefined ? "unsupported-type" : "unreadable-image";
    throw new Problem(kind, (cause as Error).message, { cause });
  }
  if (size.width * size.height > maxPixels) {
    throw new Problem(
      "too-many-pixels",
      `The image must have at most ${maxPixels} pixels: it is ${size.width} x ${size.height}`,
    );
  }
  try {
    return await decodeImage(bytes, { maxPixels, signal });
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof RangeError)) throw cause;
    throw new Problem("unreadable-image", cause.message, { cause });
  }
}

async function answerLabels(model: Model, pixels: Pixels, top: number, signal: AbortSignal): Promise<Response> {
  const { labels, device, timings } = await classify(model, pixels, { top, signal }).catch((cause) => {
    if (cause instanceof RangeError) throw new Problem("too-many-pixels", cause.message, { cause });
    throw cause;
  });
  const name = model.info.variant ?? model.info.family;
  return Response.json({ model: name, device, labels }, {
    headers: { "server-timing": `preprocess;dur=${timings.preprocess.toFixed(1)}, run;dur=${timings.run.toFixed(1)}` },
  });
}

async function answerImage(model: Model, pixels: Pixels, memory: number, signal: AbortSignal): Promise<Response> {
  const { width, height, channels, rows } = await restoreRows(model, pixels, {
    memory: memory + RUNTIME / 1e6,
    signal,
  }).catch((cause) => {
    if (cause instanceof RangeError) throw new Problem("too-many-pixels", cause.message, { cause });
    throw cause;
  });
  const encoder = pngEncoder(width, height, channels);
  const parts = [encoder.header];
  for await (const band of rows) parts.push(await encoder.writeRows(band.data));
  parts.push(await encoder.finish());
  return new Response(new Blob(parts, { type: "image/png" }));
}

/**
 * Makes a handler. Models are loaded by the first request that needs them and kept.
 *
 * - `POST path`: the body is a PNG, JPEG or WebP; `Accept` chooses between `application/json` (`?top=5`) and `image/png`.
 *   The `ETag` of an answer, sent back as `If-None-Match` with the same image, saves the work and gives 412.
 * - `GET path/health`: what is served and how busy it is.
 * - Whatever goes wrong is answered as `application/problem+json`, one `type` per kind.
 *
 * @throws {TypeError} When there are no weights for any task.
 * @throws {RangeError} When a limit is no positive number.
 *
 * @example
 * ```ts
 * import { defaultModel } from "@sidewinder/sidewinder";
 * import { edgeHandler } from "@sidewinder/sidewinder/edge";
 *
 * const handler = edgeHandler({ classify: () => defaultModel("classify"), origins: "*" });
 * const response = await handler(new Request("http://localhost/health"));
 * console.log(response.status); // 200
 * ```
 */
export function edgeHandler(options: EdgeOptions): EdgeHandler {
  const { path = "/", maxBytes = 10e6, maxPixels = 4e6, memory = 64, timeout = 30_000, concurrency = 2 } = options;
  const { origins = [], onError = () => {} } = options;
  for (const [name, value] of Object.entries({ maxBytes, maxPixels, memory, timeout, concurrency })) {
    if (!(value > 0)) {
      throw new RangeError(`Cannot make a handler as ${name} must be a positive number: current value is ${value}`);
    }
  }
  const tasks = (["classify", "restore"] as const).filter((task) => options[task] !== undefined);
  if (tasks.length === 0) {
    throw new TypeError("Cannot make a handler as weights must be given for a task: there are none");
  }
  const engine = new Engine(options.device ?? {}, options);
  const health = `${path.replace(/\/$/, "")}/health`;
  let places: Place[] = [];

  const post = async (request: Request, url: URL, signal: AbortSignal): Promise<Response> => {
    const type = chooseType(request.headers.get("accept"), tasks.map((task) => TYPES[task]));
    if (type === undefined) {
      throw new Problem("not-acceptable", `Accept must allow ${tasks.map((task) => TYPES[task]).join(" or ")}`);
    }
    const task = tasks.find((task) => TYPES[task] === type)!;
    const declared = request.headers.get("content-type")?.replace(/;.*/, "").trim().toLowerCase();
    if (declared !== undefined && !UPLOADS.test(declared)) {
      throw new Problem("unsupported-type", "Content-Type must be image/png, image/jpeg or image/webp");
    }
    const top = topOf(url);
    const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
    if (encoding !== "identity") throw new Problem("unsupported-type", "Content-Encoding must be identity");
    const bytes = await readBody(request, maxBytes, signal);
    const pixels = await decode(bytes, maxPixels, signal);
    return await engine.run(task, signal, async (model) => {
      const tag = await digest(bytes, `${task} ${top} ${model.info.parameters} ${model.device.name}`);
      const known = request.headers.get("if-none-match")?.split(",").map((text) => text.trim()) ?? [];
      if (known.includes(tag)) {
        throw new Problem("not-changed", "This image gives what it gave before", { headers: { etag: tag } });
      }
      const response = task === "classify"
        ? await answerLabels(model, pixels, top, signal)
        : await answerImage(model, pixels, memory, signal);
      response.headers.set("etag", tag);
      return response;
    });
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname === health) {
      if (!HEALTH_METHODS.includes(request.method)) {
        throw new Problem("method-not-allowed", `The method must be one of ${HEALTH_METHODS}`, {
          headers: { allow: HEALTH_METHODS },
        });
      }
      const state = { status: "ok", tasks, loaded: engine.tasks, busy: places.length, concurrency };
      return Response.json(state, { headers: { "cache-control": "no-store" } });
    }
    if (url.pathname !== path) throw new Problem("not-found", `Images are posted to ${path}`);
    if (request.method === "OPTIONS") return preflight(request, origins, METHODS);
    if (request.method !== "POST") {
      throw new Problem("method-not-allowed", `The method must be one of ${METHODS}`, { headers: { allow: METHODS } });
    }
    const now = Date.now();
    places = places.filter(({ since }) => now - since < 2 * timeout);
    if (places.length >= concurrency) {
      throw new Problem("busy", `At most ${concurrency} images are worked on at once`, {
        headers: { "retry-after": "1" },
      });
    }
    const place: Place = { since: now };
    places.push(place);
    const overtime = new AbortController();
    const timer = setTimeout(
      () => overtime.abort(new DOMException("the time for a request is over", "TimeoutError")),
      timeout,
    );
    try {
      return await post(request, url, AbortSignal.any([request.signal, overtime.signal]));
    } finally {
      clearTimeout(timer);
      places = places.filter((other) => other !== place);
    }
  };

  return async (request) => {
    let response: Response;
    try {
      response = await answer(request);
    } catch (error) {
      const problem = error instanceof Problem
        ? error
        : new Problem("failed", "The image could not be worked on", { cause: error });
      if (problem.kind === "failed" || problem.kind === "no-model") onError(problem.cause);
      response = problem.toResponse();
    }
    for (const [name, value] of Object.entries(corsHeaders(request, origins))) response.headers.set(name, value);
    response.headers.append("vary", origins === "*" ? "Accept" : "Accept, Origin");
    return response;
  };
}
