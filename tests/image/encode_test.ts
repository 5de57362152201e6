import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { overWhite, toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { psnr } from "../../src/image/metrics.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { pngEncoder } from "../../src/image/png_encode.ts";
import { readFixture } from "./fixtures.ts";

const RUNS = { seed: 20240606, numRuns: 80 };

/** Any small image of 8 or 16 bits. */
const images: fc.Arbitrary<Pixels> = fc.record({
  width: fc.integer({ min: 1, max: 12 }),
  height: fc.integer({ min: 1, max: 12 }),
  channels: fc.constantFrom<Channels>(1, 2, 3, 4),
  wide: fc.boolean(),
}).chain(({ width, height, channels, wide }) => {
  const size = { minLength: width * height * channels, maxLength: width * height * channels };
  return (wide ? fc.uint16Array(size) : fc.uint8Array(size)).map((data) => ({ data, width, height, channels }));
});

Deno.test("encodeImage() writes a PNG that decodes to the same pixels", async () => {
  await fc.assert(
    fc.asyncProperty(images, async (image) => {
      assertEquals(await decodeImage(await encodeImage(image, { type: "png" })), image);
    }),
    RUNS,
  );
});

Deno.test("pngEncoder() writes the same pixels in bands of any height", async () => {
  await fc.assert(
    fc.asyncProperty(images, fc.integer({ min: 1, max: 5 }), async (image, band) => {
      const { data, width, height, channels } = image;
      const encoder = pngEncoder(width, height, channels, data instanceof Uint16Array ? 16 : 8);
      const parts = [encoder.header];
      for (let y = 0; y < height; y += band) {
        parts.push(await encoder.writeRows(data.subarray(y * width * channels, (y + band) * width * channels)));
      }
      parts.push(await encoder.finish());
      assertEquals(await decodeImage(joinBytes(parts)), image);
    }),
    RUNS,
  );
});

Deno.test("pngEncoder() gives bytes out while rows come in, and does not keep them", async () => {
  const width = 1000, rows = 20;
  const encoder = pngEncoder(width, 2000, 3);
  let seed = 1, early = 0;
  for (let y = 0; y < 2000; y += rows) {
    const noise = Uint8Array.from({ length: rows * width * 3 }, () => (seed = (seed * 48271) % 2147483647) & 255);
    early += (await encoder.writeRows(noise)).length;
  }
  const last = (await encoder.finish()).length;
  assert(early > 5_900_000 && last < 1_000_000, `${early} bytes early, ${last} at the end`);
});

Deno.test("pngEncoder() refuses broken rows, surplus rows, the wrong depth and missing rows", async () => {
  const encoder = pngEncoder(3, 2, 1);
  await assertRejects(() => encoder.writeRows(new Uint8Array(4)), TypeError, "whole rows of 3 samples of 8 bits");
  await assertRejects(() => encoder.writeRows(new Uint16Array(3)), TypeError, "current value has 3 of 16");
  await assertRejects(() => encoder.writeRows(new Uint8Array(9)), RangeError, "at most 2: current count is 3");
  await encoder.writeRows(new Uint8Array(3));
  await assertRejects(() => encoder.finish(), RangeError, "must have 2 rows: current count is 1");
  await encoder.writeRows(new Uint8Array(3));
  await encoder.finish();
  assertThrows(() => pngEncoder(0, 1, 1), RangeError, "positive integers");
});

Deno.test("encodeImage() compresses a photo to about what libpng makes of it", async () => {
  const bytes = await readFixture("rgb.png");
  const encoded = await encodeImage(await decodeImage(bytes), { type: "png" });
  assert(encoded.length < bytes.length * 1.05, `${encoded.length} bytes instead of ${bytes.length}`);
});

Deno.test("encodeImage() writes JPEG and WebP that resemble the image, more so at higher quality", async () => {
  const image = await decodeImage(await readFixture("rgb.png"));
  for (const type of ["jpeg", "webp"] as const) {
    const [poor, good] = await Promise.all([30, 95].map((quality) => encodeImage(image, { type, quality })));
    assert(poor!.length < good!.length);
    const [coarse, fine] = await Promise.all([poor!, good!].map(async (file) => psnr(await decodeImage(file), image)));
    assert(coarse! > 24 && fine! > 34 && fine! > coarse!, `${type}: ${coarse} and ${fine} dB`);
  }
});

Deno.test("encodeImage() keeps every sample of a lossless WebP, those under clear alpha included", async () => {
  const data = Uint8Array.from(
    { length: 5 * 4 * 4 },
    (_, i) => i % 4 === 3 ? (i % 16 === 3 ? 0 : 255) : (i * 37) % 256,
  );
  const image: Pixels = { data, width: 5, height: 4, channels: 4 };
  const decoded = await decodeImage(await encodeImage(image, { type: "webp", lossless: true }));
  assertEquals([...decoded.data], [...data]);
});

Deno.test("encodeImage() keeps grey grey and blends alpha over white in JPEG", async () => {
  const grey: Pixels = { data: new Uint8Array(64).fill(90), width: 8, height: 8, channels: 1 };
  assertEquals((await decodeImage(await encodeImage(grey, { type: "jpeg" }))).channels, 1);
  const clear: Pixels = { data: new Uint8Array(256), width: 8, height: 8, channels: 4 };
  const white = await decodeImage(await encodeImage(clear, { type: "jpeg" }));
  assertEquals([white.channels, ...new Set(white.data)], [3, 255]);
});

Deno.test("encodeImage() brings 16 bits to 8 where the format has no more", async () => {
  const wide: Pixels = { data: new Uint16Array(64).fill(90 * 257), width: 8, height: 8, channels: 1 };
  const webp = await decodeImage(await encodeImage(wide, { type: "webp", lossless: true }));
  assertEquals([...new Set(webp.data)], [90]);
  assertEquals(toChannels(overWhite(wide), 1).data[0], 90);
});

Deno.test("encodeImage() refuses a wrong quality, type, length or size", async () => {
  const dot: Pixels = { data: Uint8Array.of(1), width: 1, height: 1, channels: 1 };
  await assertRejects(() => encodeImage(dot, { type: "jpeg", quality: 101 }), RangeError, "current value is 101");
  await assertRejects(() => encodeImage(dot, { type: "gif" as "png" }), RangeError, "current value is gif");
  const long: Pixels = { data: new Uint8Array(16384), width: 16384, height: 1, channels: 1 };
  await assertRejects(() => encodeImage(long, { type: "webp" }), RangeError, "at most 16383 long");
  await assertRejects(() => encodeImage({ ...dot, width: 2 }, { type: "png" }), TypeError, "current length is 1");
});
