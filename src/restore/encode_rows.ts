/**
 * Rows of a result into a file while later rows are made.
 *
 * @module
 */
import { attachedChunks } from "../image/attached_chunks.ts";
import type { PngEncoder } from "../image/png_encode.ts";
import type { RestoredRows } from "./options.ts";

/** Items of a source; each is asked for while the one before is worked on. */
async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void> {
  const items = source[Symbol.asyncIterator]();
  let next = items.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = items.next();
      next.catch(() => {}); // whoever waits for it hears of it
      yield value;
    }
  } finally {
    await next.catch(() => {});
    await items.return?.();
  }
}

/** The parts of a PNG of a result. One band of rows is encoded and written while the net makes the next. */
export async function* encodeRows(
  result: RestoredRows,
  encoder: PngEncoder,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  yield encoder.header;
  yield await attachedChunks(result, false);
  for await (const { data } of ahead(result.rows)) yield await encoder.writeRows(data, signal);
  yield await encoder.finish();
}
