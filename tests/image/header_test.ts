import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeImage } from "../../src/image/decode.ts";
import { exifOrientation } from "../../src/image/headers/exif.ts";
import { readHeader } from "../../src/image/headers/header.ts";
import { buildPng, chunk } from "./build_png.ts";
import { readFixture } from "./fixtures.ts";

const RUNS = { seed: 20240605, numRuns: 400 };
const FILES: string[] = [];
for await (const { name } of Deno.readDir(new URL("../golden/image/files/", import.meta.url))) FILES.push(name);
FILES.sort();
const FIXTURES = new Map(await Promise.all(FILES.map(async (name) => [name, await readFixture(name)] as const)));

Deno.test("readHeader() knows the size and channels of every fixture before it is decoded", () => {
  const seen = FILES.map((name) => {
    const { width, height, channels, type, orientation } = readHeader(FIXTURES.get(name)!);
    return `${name} ${type} ${width}x${height}x${channels} ${orientation}`;
  });
  assertEquals(seen, [
    "alpha.webp webp 101x87x4 1",
    "cmyk.jpg jpeg 101x87x3 1",
    "exif6.jpg jpeg 101x87x3 6",
    "grey.jpg jpeg 101x87x1 1",
    "grey.png png 101x87x1 1",
    "grey16.png png 101x87x1 1",
    "grey_alpha.png png 101x87x2 1",
    "lossless.webp webp 101x87x3 1",
    "lossy.webp webp 101x87x3 1",
    "one_bit.png png 101x87x1 1",
    "one_by_one.jpg jpeg 1x1x3 1",
    "palette.png png 101x87x3 1",
    "palette_alpha.png png 101x87x4 1",
    "progressive.jpg jpeg 101x87x3 1",
    "q40_s1.jpg jpeg 101x87x3 1",
    "q75_s2.jpg jpeg 101x87x3 1",
    "q90_s0.jpg jpeg 101x87x3 1",
    "rgb.png png 101x87x3 1",
    "rgba.png png 101x87x4 1",
  ]);
});

const ascii = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

for (
  const [fact, bytes] of [
    ["an empty file", new Uint8Array()],
    ["BMP", latin1("BM\x46\0\0\0\0\0")],
    ["TIFF", latin1("II*\0\x08\0\0\0")],
    ["TIFF", latin1("MM\0*\0\0\0\x08")],
    ["HEIC", latin1("\0\0\0\x18ftypheic\0\0\0\0")],
    ["AVIF", latin1("\0\0\0\x1cftypavif\0\0\0\0")],
    ["a video or image of the MP4 family", latin1("\0\0\0\x1cftypisom\0\0\0\0")],
    ["JPEG XL", latin1("\xff\x0a\x00\x10")],
    ["PDF", ascii("%PDF-1.7")],
    ["SVG", ascii('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["SVG", ascii("<svg/>")],
    ["an HTML page", ascii("<!DOCTYPE html><title>404</title>")],
    ["text", ascii("Just a note, größer than it looks.\n")],
    ["something else (it starts with 00 01 02 03)", Uint8Array.of(0, 1, 2, 3, 4)],
  ] as const
) {
  Deno.test(`readHeader() says that it was given ${fact}: ${bytes.length} bytes`, () => {
    assertThrows(() => readHeader(bytes), SyntaxError, `current file looks like ${fact}`);
  });
}

/** A header of the given size, and nothing behind it that would decode. */
const huge: { readonly [type: string]: (side: number) => Uint8Array<ArrayBuffer> } = {
  png: (side) => {
    const content = new Uint8Array(13);
    new DataView(content.buffer).setUint32(0, side);
    new DataView(content.buffer).setUint32(4, side);
    content.set([8, 2, 0, 0, 0], 8);
    const parts = [
      Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
      chunk("IHDR", content),
      chunk("IEND", new Uint8Array()),
    ];
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  },
  jpeg: (side) =>
    Uint8Array.of(
      0xff,
      0xd8,
      0xff,
      0xc0,
      0,
      17,
      8,
      side >> 8,
      side,
      side >> 8,
      side,
      3,
      1,
      17,
      0,
      2,
      17,
      0,
      3,
      17,
      0,
      0xff,
      0xd9,
    ),
  webp: (side) => {
    const s = side - 1;
    const size = [s & 255, (s >> 8) & 255, s >> 16];
    return Uint8Array.from([
      ...ascii("RIFF"),
      22,
      0,
      0,
      0,
      ...ascii("WEBPVP8X"),
      10,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...size,
      ...size,
    ]);
  },
};

for (const [type, header] of Object.entries(huge)) {
  Deno.test(`decodeImage() refuses a ${type} of 30000 × 30000 at once, naming the limit`, async () => {
    const error = await assertRejects(() => decodeImage(header(30000)), RangeError);
    assertEquals(
      error.message,
      "Cannot read image as it must have at most 100 megapixels (raise maxPixels to allow more): " +
        "current size is 30000x30000, 900 megapixels",
    );
    await assertRejects(() => decodeImage(header(40), { maxPixels: 1599 }), RangeError, "0.001599 megapixels");
    await assertRejects(() => decodeImage(header(40), { maxPixels: NaN }), RangeError, "at most NaN megapixels");
  });
}

Deno.test("decodeImage() refuses an empty PNG or JPEG", async () => {
  for (const type of ["png", "jpeg"]) {
    await assertRejects(() => decodeImage(huge[type]!(0)), RangeError, "current size is 0x0");
  }
});

Deno.test("decodeImage() refuses every file that is cut off", async () => {
  for (const [name, bytes] of FIXTURES) {
    for (const length of [bytes.length - 1, bytes.length - 13, bytes.length >> 1, 40, 12, 3]) {
      await assertRejects(() => decodeImage(bytes.slice(0, length)), SyntaxError, `Cannot decode image as`, name);
    }
  }
});

Deno.test("decodeImage() refuses unsupported kinds by name", async () => {
  const jpeg = FIXTURES.get("q90_s0.jpg")!;
  const frame = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
  const changed = (offset: number, value: number) => jpeg.map((byte, i) => i === frame + offset ? value : byte);
  await assertRejects(() => decodeImage(changed(1, 0xc3)), RangeError, "current file is lossless");
  await assertRejects(() => decodeImage(changed(1, 0xc9)), RangeError, "current file is arithmetic-coded");
  await assertRejects(() => decodeImage(changed(4, 12)), RangeError, "current file is 12 bit");
  await assertRejects(() => decodeImage(changed(9, 2)), SyntaxError, "has 2");
  const animation = huge.webp!(9).map((byte, i) => i === 20 ? 2 : byte);
  await assertRejects(() => decodeImage(animation), SyntaxError, "must have the frames of its animation");
});

Deno.test("decodeImage() reports damaged JPEG and WebP data", async () => {
  await assertRejects(() => decodeImage(huge.jpeg!(8)), SyntaxError, "JPEG data must be intact");
  await assertRejects(() => decodeImage(huge.webp!(8)), SyntaxError, "WebP data must be intact");
});

/** A TIFF structure whose one tag is the orientation. */
function exif(value: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  bytes.set(ascii(little ? "II" : "MM"));
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, 3, little);
  view.setUint32(14, 1, little);
  view.setUint16(18, value, little);
  return bytes;
}

Deno.test("exifOrientation() reads both byte orders, with and without prefix, and ignores what makes no sense", () => {
  for (let value = 1; value <= 8; value++) {
    assertEquals([exifOrientation(exif(value, true)), exifOrientation(exif(value, false))], [value, value]);
  }
  assertEquals(exifOrientation(Uint8Array.of(...ascii("Exif\0\0"), ...exif(6, false))), 6);
  assertEquals([exifOrientation(exif(0, true)), exifOrientation(exif(9, true))], [1, 1]);
  for (let length = 0; length < 22; length++) assertEquals(exifOrientation(exif(5, true).subarray(0, length)), 1);
});

Deno.test("decodeImage() turns PNG and WebP upright too", async () => {
  const png = await buildPng({
    width: 2,
    height: 1,
    depth: 8,
    colourType: 0,
    interlaced: false,
    filters: [0],
    samples: [7, 9],
  });
  const turned = Uint8Array.from([...png.subarray(0, 33), ...chunk("eXIf", exif(8, true)), ...png.subarray(33)]);
  const { attached, ...pixels } = await decodeImage(turned);
  assertEquals(pixels, { data: Uint8Array.of(9, 7), width: 1, height: 2, channels: 1 });
  assertEquals(exifOrientation(attached!.exif!), 1);
  const webp = FIXTURES.get("lossy.webp")!;
  const size = [100, 0, 0, 86, 0, 0];
  const extended = Uint8Array.from([
    ...webp.subarray(0, 12),
    ...[...ascii("VP8X"), 10, 0, 0, 0, 8, 0, 0, 0, ...size],
    ...webp.subarray(12),
    ...[...ascii("EXIF"), 26, 0, 0, 0, ...exif(6, true)],
  ]);
  new DataView(extended.buffer).setUint32(4, extended.length - 8, true);
  const { width, height } = await decodeImage(extended);
  assertEquals([width, height], [87, 101]);
});

Deno.test("decodeImage() gives pixels or one of its errors for any damaged file, and soon", async () => {
  const damage = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  });
  const early = fc.boolean(); // most structure is in the first bytes
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...FILES),
      damage,
      early,
      fc.integer({ min: 0, max: 30 }),
      async (name, edits, front, cut) => {
        const bytes = FIXTURES.get(name)!.slice();
        const reach = front ? Math.min(bytes.length, 200) : bytes.length;
        for (const [at, value] of edits) bytes[Math.floor(at * reach)] = value;
        const started = performance.now();
        try {
          const { data, width, height, channels } = await decodeImage(
            bytes.subarray(0, bytes.length - Math.max(0, cut - 25)),
            {
              maxPixels: 200_000,
            },
          );
          assertEquals(data.length, width * height * channels);
        } catch (error) {
          if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
          assert(/^Cannot (decode|read) image as .*: current (file|size) /.test(error.message), error.message);
        }
        assert(performance.now() - started < 1000);
      },
    ),
    RUNS,
  );
});
