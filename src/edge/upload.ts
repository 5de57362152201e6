/**
 * The body of a request, read as it comes, up to a cap. While it comes it holds no place, only the bytes that are there.
 *
 * @module
 */
import { Growing } from "../bytes/growing.ts";
import { before } from "./deadline.ts";
import { Problem } from "./problem.ts";

/** Bytes of all bodies that are arriving, beyond which the next ones are refused: so many times the longest. */
const MOST_BODIES = 8;

const empty = (): Problem => new Problem("empty-body", "The request must have an image as its body");
const late = (): Problem => new Problem("upload-timeout", "The image must arrive before the time for uploads is over");

/** Reads the bodies of a handler. */
export class Uploads {
  readonly #maxBytes: number;
  readonly #timeout: number;
  #arriving = 0;

  /** `maxBytes` of one body, `timeout` in milliseconds for it to arrive. */
  constructor(maxBytes: number, timeout: number) {
    this.#maxBytes = maxBytes;
    this.#timeout = timeout;
  }

  /**
   * Reads a body. What is too long is refused by its stated length before a byte is read, or else as soon as it is longer
   * than allowed.
   *
   * @param signal Aborted when the request is over.
   * @throws {Problem} When it is empty, too long, breaks off, or does not arrive in time.
   */
  async read(request: Request, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const tooMany = () => new Problem("too-many-bytes", `The image must have at most ${this.#maxBytes} bytes`);
    if (Number(request.headers.get("content-length") ?? 0) > this.#maxBytes) throw tooMany();
    if (request.body === null) throw empty();
    const over = new AbortController(), end = (): void => over.abort(signal.reason);
    const timer = setTimeout(() => over.abort(late()), this.#timeout);
    signal.addEventListener("abort", end);
    const bytes = new Growing();
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      signal.throwIfAborted();
      reader = request.body.getReader();
      for (;;) {
        const { done, value } = await before(over.signal, reader.read());
        if (done) break;
        if (bytes.length + value.length > this.#maxBytes) throw tooMany();
        this.#arriving += value.length;
        bytes.add(value);
        if (this.#arriving > MOST_BODIES * this.#maxBytes) {
          throw new Problem("busy", "Too many images are arriving at once", { headers: { "retry-after": "1" } });
        }
      }
    } catch (error) {
      reader?.cancel(error).catch(() => {});
      if (error instanceof Problem) throw error;
      if (signal.aborted) throw signal.reason.name === "TimeoutError" ? late() : error;
      throw new Problem("upload-broken", "The body must arrive whole", { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      this.#arriving -= bytes.length;
    }
    if (bytes.length === 0) throw empty();
    return bytes.all();
  }
}

/**
 * The first file of a form.
 *
 * @throws {Problem} When the bytes are no form, or it holds no file.
 */
export async function fileOfForm(form: Uint8Array<ArrayBuffer>, type: string): Promise<Uint8Array<ArrayBuffer>> {
  const fields = await new Response(form, { headers: { "content-type": type } }).formData().catch((cause) => {
    throw new Problem("bad-form", "The body must be the form that Content-Type says", { cause });
  });
  for (const [, value] of fields) {
    if (typeof value !== "string" && value.size > 0) return new Uint8Array(await value.arrayBuffer());
  }
  throw new Problem("bad-form", "The form must have an image as a file");
}
