import { assert, assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../src/bytes/deferred.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { pngEncoderApart } from "../../src/image/png_apart.ts";
import { type PngEncoder, pngEncoder } from "../../src/image/png_encode.ts";
import { encodeRows } from "../../src/restore/encode_rows.ts";
import type { RestoredRows } from "../../src/restore/options.ts";

/** A result of bands as high as 50 rows. */
function resultOf(
  width: number,
  height: number,
  channels: Channels,
  depth: 8 | 16,
  before?: (band: number) => unknown,
) {
  const bands = Math.ceil(height / 50);
  async function* rows(): AsyncGenerator<Pixels, void> {
    for (let band = 0; band < bands; band++) {
      await before?.(band);
      const lines = Math.min(50, height - 50 * band);
      const data = depth === 16 ? new Uint16Array(lines * width * channels) : new Uint8Array(lines * width * channels);
      for (let i = 0; i < data.length; i++) data[i] = (i * i >> 3) + band * 999;
      yield { data, width, height: lines, channels };
    }
  }
  return {
    width,
    height,
    channels,
    depth,
    device: "none",
    tiles: bands,
    rows: rows(),
    predict: () => 0,
  } as RestoredRows;
}

const fileOf = async (result: RestoredRows, encoder: PngEncoder): Promise<Uint8Array<ArrayBuffer>> =>
  joinBytes(await Array.fromAsync(encodeRows(result, encoder)));

Deno.test("encodeRows() has each band encoded while the next one is made", async () => {
  // Every band waits until the one before the last is encoded: were encoding to wait for the net, both would wait forever.
  const encoded = Array.from({ length: 8 }, () => deferred<void>()), events: string[] = [];
  const result = resultOf(900, 400, 3, 8, async (band) => {
    events.push(`make ${band}`);
    if (band > 0) await encoded[band - 1]!.promise;
  });
  await using encoder = await pngEncoderApart(900, 400, 3);
  let count = 0;
  const watched: PngEncoder = {
    ...encoder,
    async writeRows(samples, signal) {
      const part = await encoder.writeRows(samples, signal);
      events.push(`encoded ${count}`);
      encoded[count++]!.resolve();
      return part;
    },
  };
  assertEquals((await decodeImage(await fileOf(result, watched))).height, 400);
  assertEquals(
    events,
    Array.from({ length: 8 }, (_, i) => [`make ${i}`, `encoded ${i}`]).flat().toSorted((a, b) => {
      const at = (event: string) => Number(event.split(" ")[1]) + (event.startsWith("make") ? -0.5 : 0.6);
      return at(a) - at(b);
    }),
  );
});

Deno.test("pngEncoderApart() gives the picture of pngEncoder(), whatever the samples are", async () => {
  for (const [channels, depth] of [[1, 16], [2, 8], [3, 8], [4, 16]] as const) {
    const [width, height] = [1200, 901 / channels | 0];
    await using apart = await pngEncoderApart(width, height, channels, depth);
    const file = await fileOf(resultOf(width, height, channels, depth), apart);
    const inPlace = await fileOf(resultOf(width, height, channels, depth), pngEncoder(width, height, channels, depth));
    const [a, b] = [await decodeImage(file), await decodeImage(inPlace)];
    assertEquals([a.width, a.height, a.channels], [width, height, channels]);
    assert(a.data.every((value, i) => value === b.data[i]));
  }
});

Deno.test("pngEncoderApart() stops at an abort, and refuses what pngEncoder() refuses", async () => {
  await using encoder = await pngEncoderApart(2000, 300, 3);
  await assertRejects(() => encoder.writeRows(new Uint8Array(7)), TypeError, "whole rows");
  const stop = new AbortController(), writing = encoder.writeRows(new Uint8Array(2000 * 300 * 3), stop.signal);
  stop.abort(new Error("enough"));
  await assertRejects(() => writing, Error, "enough");
  await assertRejects(() => pngEncoderApart(0, 1, 3), RangeError, "positive integers");
});
