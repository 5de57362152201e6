/**
 * Reading over HTTP: a download that is taken up again where the connection broke, and a source that asks for ranges.
 *
 * @module
 */
import { progressOf } from "../progress.ts";
import { reasonOf, tooLarge } from "./errors.ts";
import { type ByteSource, checkRange, type SourceOptions } from "./byte_source.ts";

/** A stretch of a download. `offset` goes back to 0 when the server starts over. */
export interface Piece {
  /** Where the bytes belong. */
  readonly offset: number;
  /** The bytes. */
  readonly bytes: Uint8Array;
  /** Length of the whole, where the server states it. */
  readonly total: number | undefined;
  /** Version of the file, where the server states one that no other bytes can have. */
  readonly tag: string | undefined;
}

/** What {@linkcode download} takes beside the URL. */
export interface DownloadOptions extends SourceOptions {
  /** Bytes that are there already. */
  readonly from?: number;
  /** Version they are of. */
  readonly tag?: string | undefined;
}

/** Blocks in which ranges are asked for: few requests, little waste. */
const BLOCK = 2 ** 20;
/** Blocks kept, so that neighbouring tensors share a request. */
const KEPT_BLOCKS = 12;
/** Downloads held in memory may not be larger unless the caller says so. */
export const MAX_DOWNLOAD = 2 ** 31;
/** Waits before trying again, in ms; the last failure is final. */
const WAITS = [50, 150, 400];
/** A connection that is silent for so long, in ms, counts as broken. */
const SILENCE = 30_000;

/** A fact about the server, as it stands at the end of an error. */
class Fact extends Error {}

/** One that trying again will not change. */
class FinalFact extends Fact {}

/** Waits; an abort ends the wait. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** Start and total of a `Content-Range: bytes 10-19/100` header. */
function parseContentRange(text: string | null): { start: number; total: number } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(text ?? "");
  return match ? { start: Number(match[1]), total: Number(match[2]) } : undefined;
}

/** Length that the server states, unless the body is compressed on the way. */
function statedLength(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  const encoding = headers.get("content-encoding") ?? "identity";
  return length !== null && encoding === "identity" ? Number(length) : undefined;
}

const versionOf = (headers: Headers): string | undefined =>
  headers.get("etag") ?? headers.get("last-modified") ?? undefined;

/**
 * A version that only the same bytes have (RFC 9110, 8.8): an etag that is not weak, or a date of change that was over when
 * the answer was made. Parts of anything else must not be put together.
 */
function strongVersionOf(headers: Headers): string | undefined {
  const etag = headers.get("etag"), changed = headers.get("last-modified");
  if (etag !== null) return etag.startsWith("W/") ? undefined : etag;
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(changed ?? "");
  return changed !== null && age >= 1000 ? changed : undefined;
}

/** One request whose connection is dropped when it falls silent or the caller aborts. */
async function* request(
  url: URL,
  range: string | undefined,
  options: SourceOptions,
  head: (response: Response) => void,
): AsyncGenerator<Uint8Array> {
  const controller = new AbortController();
  const forward = () => controller.abort(options.signal!.reason);
  options.signal?.addEventListener("abort", forward);
  const silent = () => controller.abort(new Error(`the server was silent for ${SILENCE / 1000} s`));
  let timer = setTimeout(silent, SILENCE);
  let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  try {
    options.signal?.throwIfAborted();
    const response = await (options.fetch ?? fetch)(url, {
      signal: controller.signal,
      headers: range === undefined ? {} : { range },
    });
    body = response.body?.getReader();
    head(response);
    for (;;) {
      const next = await body?.read();
      if (!next || next.done) return;
      clearTimeout(timer);
      timer = setTimeout(silent, SILENCE);
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", forward);
    await body?.cancel().catch(() => {});
  }
}

/** Refuses answers that hold no content; a busy server may do better later. */
function checkStatus(response: Response): void {
  if (response.status === 200 || response.status === 206) return;
  const text = `status is ${response.status} ${response.statusText}`.trim();
  const passing = response.status >= 500 || response.status === 408 || response.status === 429;
  throw passing ? new Fact(text) : new FinalFact(text);
}

/** Tries until it works, waiting in between; `progress` tells whether a failed try got further than the ones before. */
async function persist<T>(
  url: URL,
  options: SourceOptions,
  attempt: () => Promise<T>,
  progress = () => false,
): Promise<T> {
  for (let failures = 0;;) {
    try {
      return await attempt();
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof RangeError) throw error;
      if (progress()) failures = 0;
      const wait = WAITS[failures++];
      if (error instanceof FinalFact || wait === undefined) {
        const fact = error instanceof Fact ? error.message : `answer is ${reasonOf(error)}`;
        throw new Error(`Cannot fetch ${url} as the server must give the file: current ${fact}`, { cause: error });
      }
      await pause(wait, options.signal);
    }
  }
}

/**
 * Downloads a file piece by piece. A broken connection is taken up again by range; a server without ranges, or one that
 * has another version of the file by now, starts over and the next piece has offset 0.
 *
 * @throws {Error} When the server cannot be reached or does not have the file; `cause` is the original error.
 * @throws {RangeError} When the file is larger than `maxBytes`.
 */
export async function* download(url: URL, options: DownloadOptions = {}): AsyncGenerator<Piece> {
  const limit = options.maxBytes ?? Infinity;
  let { from: at = 0, tag } = options;
  let total: number | undefined;
  let furthest = at;
  let stream: AsyncGenerator<Uint8Array> | undefined;

  const head = (response: Response) => {
    const range = parseContentRange(response.headers.get("content-range"));
    const version = strongVersionOf(response.headers);
    const continues = response.status === 206 && range?.start === at && version !== undefined && version === tag;
    if (at > 0 && (response.status === 416 || (response.status === 206 && !continues))) {
      at = 0;
      tag = undefined;
      throw new Error("the file on the server has changed");
    }
    checkStatus(response);
    if (response.headers.get("content-type")?.startsWith("text/html")) throw new FinalFact("answer is a web page");
    if (!continues) at = 0;
    total = continues ? range.total : statedLength(response.headers);
    tag = version;
    if ((total ?? 0) > limit) throw tooLarge(url.href, `the file must have at most ${limit} bytes`, `size is ${total}`);
  };
  const advance = async (): Promise<Piece | undefined> => {
    try {
      if (tag === undefined && !stream) at = 0; // nobody could say whether the rest belongs to what is there
      stream ??= request(url, at > 0 ? `bytes=${at}-` : undefined, options, head);
      const next = await stream.next();
      if (!next.done) return { offset: at, bytes: next.value, total, tag };
      if (total !== undefined && at < total) throw new Error(`the connection ended after ${at} of ${total} bytes`);
      return undefined;
    } catch (error) {
      stream = undefined;
      throw error;
    }
  };
  const further = () => {
    const better = at > furthest;
    furthest = Math.max(furthest, at);
    return better;
  };

  try {
    for (;;) {
      const piece = await persist(url, options, advance, further);
      if (!piece) return;
      at = piece.offset + piece.bytes.length;
      if (at > limit) throw tooLarge(url.href, `the file must have at most ${limit} bytes`, "size is larger");
      options.onProgress?.(progressOf("download", at, total));
      yield piece;
    }
  } finally {
    await stream?.return(undefined);
  }
}

/** Cuts a stream of pieces into blocks. */
async function fillBlocks(pieces: AsyncIterable<Piece>, blocks: Map<number, Uint8Array>): Promise<number> {
  let size = 0;
  for await (const { offset, bytes } of pieces) {
    for (let done = 0; done < bytes.length;) {
      const at = offset + done;
      const index = Math.floor(at / BLOCK);
      let block = blocks.get(index);
      if (!block) blocks.set(index, block = new Uint8Array(BLOCK));
      const count = Math.min(BLOCK - at % BLOCK, bytes.length - done);
      block.set(bytes.subarray(done, done + count), at % BLOCK);
      done += count;
    }
    size = offset + bytes.length;
  }
  return size;
}

/** A source over blocks, of which missing ones are fetched. */
function blockSource(
  name: string,
  size: number,
  blocks: Map<number, Uint8Array>,
  fetchBlocks: (first: number, last: number) => Promise<void>,
): ByteSource {
  const source = {
    name,
    size,
    async read(offset: number, length: number) {
      checkRange(source, offset, length);
      const out = new Uint8Array(length);
      const end = offset + length;
      for (let at = offset; at < end;) {
        const index = Math.floor(at / BLOCK);
        if (!blocks.has(index)) {
          let last = index;
          const wanted = Math.min(Math.floor((end - 1) / BLOCK), index + KEPT_BLOCKS - 1);
          while (last < wanted && !blocks.has(last + 1)) last++;
          await fetchBlocks(index, last);
        }
        const from = at % BLOCK;
        const count = Math.min(BLOCK - from, end - at);
        out.set(blocks.get(index)!.subarray(from, from + count), at - offset);
        at += count;
      }
      return out;
    },
    close() {
      blocks.clear();
      return Promise.resolve();
    },
  };
  return source;
}

/** Fetches one range whole; undefined when the server does not give ranges. */
function fetchRange(url: URL, first: number, end: number, options: SourceOptions) {
  return persist(url, options, async () => {
    let total: number | undefined;
    let tag: string | undefined;
    const stream = request(url, `bytes=${first}-${end - 1}`, options, (response) => {
      const range = parseContentRange(response.headers.get("content-range"));
      if (response.status === 206 && range?.start === first) {
        total = range.total;
        tag = versionOf(response.headers);
      } else if (response.status !== 416) checkStatus(response);
    });
    const bytes = new Uint8Array(end - first);
    let count = 0;
    for await (const piece of stream) {
      if (total === undefined) return undefined;
      if (count + piece.length > bytes.length) throw new Error("more bytes than asked for");
      bytes.set(piece, count);
      count += piece.length;
    }
    if (total === undefined) return undefined;
    if (count < Math.min(end, total) - first) throw new Error(`the connection ended after ${count} bytes`);
    return { bytes: bytes.subarray(0, count), total, tag };
  });
}

/** Opens a URL: by range where the server can, otherwise by one download into memory. */
export async function openUrl(url: URL, options: SourceOptions): Promise<ByteSource> {
  const blocks = new Map<number, Uint8Array>();
  const probe = url.protocol.startsWith("http") ? await fetchRange(url, 0, BLOCK, options) : undefined;
  if (!probe) {
    const size = await fillBlocks(download(url, { maxBytes: MAX_DOWNLOAD, ...options }), blocks);
    return blockSource(
      url.href,
      size,
      blocks,
      () => Promise.reject(new RangeError(`Cannot read ${url} as it was closed`)),
    );
  }
  blocks.set(0, probe.bytes);
  return blockSource(url.href, probe.total, blocks, async (first, last) => {
    const got = await fetchRange(url, first * BLOCK, Math.min((last + 1) * BLOCK, probe.total), options);
    if (!got || got.total !== probe.total || got.tag !== probe.tag) {
      throw new Error(
        `Cannot read ${url} as the file must stay the same while it is read: current version is another one`,
      );
    }
    for (let i = first; i <= last; i++) blocks.set(i, got.bytes.slice((i - first) * BLOCK, (i - first + 1) * BLOCK));
    for (const index of [...blocks.keys()]) {
      if (blocks.size <= KEPT_BLOCKS) break;
      if (index < first || index > last) blocks.delete(index);
    }
  });
}
