/**
 * A web server on this machine that behaves as well or as badly as a test wants.
 *
 * @module
 */
import { uniform } from "../../src/kernels/random.ts";

/** How the server behaves. */
export interface Manners {
  /** Answers range requests. */
  readonly ranges?: boolean;
  /** Says how long the whole is. */
  readonly states?: boolean;
  /** Closes the connection after so many bytes of the n-th answer; needs `states`. */
  readonly cuts?: readonly number[];
  /** Version of the file at the n-th answer. */
  readonly tag?: (answer: number) => string;
  /** Answers with this status the first so many times. */
  readonly failures?: { readonly status: number; readonly times: number };
  /** Content type. */
  readonly type?: string;
}

/** A running server. */
export interface Loopback extends AsyncDisposable {
  /** Where the file is. */
  readonly url: URL;
  /** The `range` header of every request, null for none. */
  readonly asked: (string | null)[];
  /** Bytes sent so far. */
  sent(): number;
}

/** The bytes as a body that breaks off after `cut` of them. */
function bodyOf(
  bytes: Uint8Array,
  cut: number | undefined,
  count: (length: number) => void,
): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const end = Math.min(at + 65_536, bytes.length, cut ?? Infinity);
      if (at >= end) {
        // Ending short of the stated length makes the server drop the connection; the pause lets the rest go out first.
        if (cut !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
        return controller.close();
      }
      controller.enqueue(bytes.slice(at, end));
      count(end - at);
      at = end;
    },
  });
}

/** Serves `bytes` at any path of a free port. */
export function serve(bytes: Uint8Array, manners: Manners = {}): Loopback {
  const { ranges = true, states = true, cuts = [], tag, failures, type = "application/octet-stream" } = manners;
  const asked: (string | null)[] = [];
  let sent = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const range = request.headers.get("range");
    const answer = asked.push(range) - 1;
    if (failures && answer < failures.times) return new Response("busy", { status: failures.status });
    const headers = new Headers({ "content-type": type });
    if (tag) headers.set("etag", tag(answer));
    const match = ranges ? /^bytes=(\d+)-(\d*)$/.exec(range ?? "") : null;
    const start = Number(match?.[1] ?? 0);
    const end = Math.min(bytes.length, match?.[2] ? Number(match[2]) + 1 : bytes.length);
    if (start >= bytes.length && match) {
      headers.set("content-range", `bytes */${bytes.length}`);
      return new Response(null, { status: 416, headers });
    }
    if (match) headers.set("content-range", `bytes ${start}-${end - 1}/${bytes.length}`);
    if (states) headers.set("content-length", `${end - start}`);
    const body = bodyOf(bytes.subarray(start, end), cuts[answer], (length) => sent += length);
    return new Response(body, { status: match ? 206 : 200, headers });
  });
  return {
    url: new URL(`http://127.0.0.1:${server.addr.port}/model.pth`),
    asked,
    sent: () => sent,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Bytes that are different everywhere. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const next = uniform(1), bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 256 * next();
  return bytes;
}

/** Whether long arrays are equal, cheaply. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
