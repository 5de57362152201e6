/**
 * A `fetch` handler for edge functions and servers: POST an image, get its labels as JSON or a restored PNG.
 *
 * @module
 */
import { answerImage, answerLabels, decode, inspect } from "./edge/answer.ts";
import { corsHeaders, type Origins, preflight } from "./edge/cors.ts";
import { beginDeadline, type Deadline } from "./edge/deadline.ts";
import { type EdgeTask, Engine } from "./edge/engine.ts";
import { chooseType } from "./edge/negotiate.ts";
import { Places } from "./edge/places.ts";
import { Problem } from "./edge/problem.ts";
import { fileOfForm, Uploads } from "./edge/upload.ts";
import type { EdgeWeights } from "./edge/weights.ts";
import type { OpenOptions } from "./open_device.ts";

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
  /** Which device; the best one there is by default. */
  readonly device?: OpenOptions;
  /** Path that images are posted to; `/` by default. `health` below it tells the state. */
  readonly path?: string;
  /** Bytes of an image at most; 10 MB by default. */
  readonly maxBytes?: number;
  /** Pixels of an image at most; 4 megapixels by default. */
  readonly maxPixels?: number;
  /** Megabytes a restoration may take for image and tiles, beside the runtime; 64 by default, for isolates of 128. */
  readonly memory?: number;
  /**
   * Keep EXIF, XMP, IPTC, texts and density in restored images. `false` by default: a server does not tell where a picture
   * was taken, and says so by the header `Sidewinder-Metadata: stripped`. The colour profile is kept always.
   */
  readonly keepMetadata?: boolean;
  /** Milliseconds for a request, from its head to its answer; 30 000 by default. */
  readonly timeout?: number;
  /** Milliseconds for an image to arrive; 10 000 by default, and never more than `timeout`. */
  readonly uploadTimeout?: number;
  /** Images that are worked on at once; 2 by default. Runs on one device are queued, classifications before tiles. */
  readonly concurrency?: number;
  /** Requests that wait for a place, 5 s at most, before the next gets 503; 4 by default. */
  readonly waiting?: number;
  /** Pages of which origins may ask; none by default. */
  readonly origins?: Origins;
  /** Hears of failures that are not the client's, for a log; it is given no part of the image. */
  readonly onError?: (error: unknown) => void;
}

/** A handler of requests, as `Deno.serve`, `Bun.serve` and Workers take it. */
export type EdgeHandler = (request: Request) => Promise<Response>;

const TYPES = { classify: "application/json", restore: "image/png" } as const;
const METHODS = ["POST", "OPTIONS"];
const HEALTH_METHODS = ["GET", "HEAD", "OPTIONS"];

/** Types of body that are looked into; what it really is, its first bytes tell. The last is what curl says of any body. */
const UPLOADS = /^(image\/[\w.+*-]+|application\/(octet-stream|x-www-form-urlencoded)|multipart\/form-data)$/;
/** Milliseconds that a request waits for a place. */
const PATIENCE = 5000;

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

/** The address of a request; some servers make it of whatever the client sends. */
function addressOf(request: Request): URL {
  try {
    return new URL(request.url);
  } catch (cause) {
    throw new Problem("bad-request", "The address must be a URL", { cause });
  }
}

/** Whether the client has the answer of this tag. */
function isKnown(request: Request, tag: string): boolean {
  const known = request.headers.get("if-none-match")?.split(",").map((text) => text.trim().replace(/^W\//, ""));
  return known?.includes(tag) === true;
}

/** Which task is asked for, by what is accepted. */
function taskOf(request: Request, tasks: readonly EdgeTask[]): EdgeTask {
  const type = chooseType(request.headers.get("accept"), tasks.map((task) => TYPES[task]));
  const task = tasks.find((task) => TYPES[task] === type);
  if (task) return task;
  throw new Problem("not-acceptable", `Accept must allow ${tasks.map((task) => TYPES[task]).join(" or ")}`);
}

/** The stated type of the body; empty when there is none. */
function uploadType(request: Request): string {
  const type = request.headers.get("content-type") ?? "", plain = type.replace(/;.*/, "").trim().toLowerCase();
  if (plain !== "" && !UPLOADS.test(plain)) {
    throw new Problem("unsupported-type", "Content-Type must be image/png, image/jpeg, image/webp or a form with one");
  }
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (encoding !== "" && encoding !== "identity") {
    throw new Problem("unsupported-encoding", `Content-Encoding must be identity: it is ${encoding.slice(0, 40)}`, {
      headers: { "accept-encoding": "identity" },
    });
  }
  return plain === "multipart/form-data" ? type : "";
}

/**
 * Makes a handler. Models are loaded by the first request that needs them and kept.
 *
 * - `POST path`: the body is a PNG, JPEG or WebP, or a form with one as a file; `Accept` chooses between `application/json` (`?top=5`) and `image/png`.
 *   The `ETag` of an answer, sent back as `If-None-Match` with the same image, saves the work and gives 412.
 * - `GET path/health`: what is served and how busy it is.
 * - A picture that cannot be restored in the time for a request is refused at once, with the size that can; the rows of one
 *   that can are sent as they are made.
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
  const { keepMetadata = false } = options;
  const { path = "/", maxBytes = 10e6, maxPixels = 4e6, memory = 64, timeout = 30_000, concurrency = 2 } = options;
  const { origins = [], onError = () => {}, uploadTimeout = 10_000, waiting = 4 } = options;
  for (const [name, value] of Object.entries({ maxBytes, maxPixels, memory, timeout, uploadTimeout, concurrency })) {
    if (!(value > 0)) {
      throw new RangeError(`Cannot make a handler as ${name} must be a positive number: current value is ${value}`);
    }
  }
  if (!(waiting >= 0)) {
    throw new RangeError(`Cannot make a handler as waiting must not be negative: current value is ${waiting}`);
  }
  if (!path.startsWith("/")) {
    throw new TypeError(`Cannot make a handler as path must begin with "/": current value is ${JSON.stringify(path)}`);
  }
  const tasks = (["classify", "restore"] as const).filter((task) => options[task] !== undefined);
  if (tasks.length === 0) {
    throw new TypeError("Cannot make a handler as weights must be given for a task: there are none");
  }
  const engine = new Engine(options.device ?? {}, options, timeout);
  const health = `${path.replace(/\/$/, "")}/health`;
  const places = new Places({ concurrency, waiting, patience: PATIENCE, forgotten: 2 * timeout });
  const uploads = new Uploads(maxBytes, uploadTimeout);

  const post = async (request: Request, url: URL, deadline: Deadline): Promise<Response> => {
    const task = taskOf(request, tasks), form = uploadType(request), top = topOf(url);
    const body = await uploads.read(request, deadline.signal);
    const bytes = form ? await fileOfForm(body, form) : body;
    inspect(bytes, maxPixels, timeout);
    const free = await places.take(deadline.signal);
    let streams = false;
    const done = (): void => {
      free();
      deadline.end();
    };
    try {
      const pixels = await decode(bytes, maxPixels, deadline);
      return await engine.run(task, deadline, async (model) => {
        const tag = await digest(bytes, `${task} ${top} ${model.info.parameters} ${model.device.name}`);
        if (isKnown(request, tag)) {
          throw new Problem("not-changed", "This image gives what it gave before", { headers: { etag: tag } });
        }
        const response = task === "classify"
          ? await answerLabels(model, pixels, top, deadline)
          : await answerImage(model, pixels, { memory, keepMetadata, timeout }, deadline, done);
        streams = task === "restore";
        response.headers.set("etag", tag);
        return response;
      });
    } finally {
      if (!streams) done();
    }
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = addressOf(request);
    const methods = url.pathname === health ? HEALTH_METHODS : url.pathname === path ? METHODS : undefined;
    if (!methods) throw new Problem("not-found", `Images are posted to ${path}`);
    const allow = methods.join(", ");
    if (request.method === "OPTIONS") return preflight(request, origins, allow);
    if (!methods.includes(request.method)) {
      throw new Problem("method-not-allowed", `The method must be one of ${allow}`, { headers: { allow } });
    }
    if (url.pathname === health) {
      const state = { status: "ok", tasks, loaded: engine.tasks, busy: places.busy, concurrency };
      const headers = { "cache-control": "no-store", "content-type": "application/json" };
      return new Response(request.method === "HEAD" ? null : JSON.stringify(state), { headers });
    }
    const deadline = beginDeadline(request.signal, timeout);
    try {
      return await post(request, url, deadline);
    } catch (error) {
      deadline.end();
      if (deadline.left) throw new Problem("client-left", "The client has left", { cause: error });
      if (deadline.late && !(error instanceof Problem)) {
        throw new Problem("run-timeout", "The image must be done in the time for a request", { cause: error });
      }
      throw error;
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
      if (!request.bodyUsed) request.body?.cancel().catch(() => {}); // nobody will read it
      response = problem.toResponse();
    }
    for (const [name, value] of Object.entries(corsHeaders(request, origins))) response.headers.set(name, value);
    response.headers.append("vary", origins === "*" ? "Accept" : "Accept, Origin");
    if (request.method !== "HEAD" || !response.body) return response;
    return new Response(null, response); // what a HEAD is answered with has no body, refusals too
  };
}
