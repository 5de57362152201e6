/**
 * The body of a request, read as it comes, up to a cap.
 *
 * @module
 */
import { Growing } from "../bytes/growing.ts";
import { neverUnlessRejected } from "./rejection.ts";
import { Problem } from "./problem.ts";

const tooMany = (maxBytes: number): Problem =>
  new Problem("too-many-bytes", `The image must have at most ${maxBytes} bytes`);

/**
 * Reads a body. What is too long is refused by its stated length before a byte is read, or else as soon as it is longer
 * than allowed.
 *
 * @throws {Problem} When it is empty, too long, or does not arrive before `signal` is aborted.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const stated = Number(request.headers.get("content-length") ?? 0);
  if (stated > maxBytes) throw tooMany(maxBytes);
  if (request.body === null) throw new Problem("empty-body", "The request must have an image as its body");
  const reader = request.body.getReader();
  const bytes = new Growing(stated);
  const { rejected, reject } = neverUnlessRejected();
  const stop = (): void =>
    reject(new Problem("upload-timeout", "The image must arrive before the time for a request is over"));
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), rejected]);
      if (done) break;
      if (bytes.length + value.length > maxBytes) throw tooMany(maxBytes);
      bytes.add(value);
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (bytes.length === 0) throw new Problem("empty-body", "The request must have an image as its body");
  return bytes.all();
}
