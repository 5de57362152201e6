/**
 * Pictures whose metadata, or whose resemblance to something else, asks for far more than its bytes: each is read or refused for
 * work and memory in proportion. A reader that did more would not come to an end here.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { deflate } from "../../src/image/attached/zlib.ts";
import { stripAttached } from "../../src/image/attached.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { buildPng, chunk } from "./build_png.ts";

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

/** A grey pixel of 7 with chunks behind its header. */
async function pixelWith(...chunks: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const facts = { width: 1, height: 1, depth: 8, colourType: 0, interlaced: false } as const;
  const plain = await buildPng({ ...facts, samples: [7], filters: [0] });
  return joinBytes([plain.subarray(0, 33), ...chunks, plain.subarray(33)]);
}

/** A compressed text of a keyword; XMP where that is the keyword. */
const packed = async (keyword: string, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  chunk("iTXt", joinBytes([text(keyword), Uint8Array.of(0, 1, 0, 0, 0), await deflate(content)]));

const LONG = 4_000_000;
const repeated = (piece: string): string => piece.repeat(Math.floor(LONG / piece.length));

const XMP: Readonly<Record<string, string>> = {
  "spaces": repeated(" "),
  "spaces before a tag": `${repeated(" ")}<a>`,
  "thumbnails that do not end": repeated("<xmp:Thumbnails>"),
  "thumbnails, the last of which ends": `${repeated("<xmp:Thumbnails>")}</xmp:Thumbnails>`,
  "orientations without an end": repeated("<tiff:Orientation "),
  "orientations that are opened": repeated("<tiff:Orientation>"),
  "attributes without a quote": repeated(" tiff:Orientation = "),
  "attributes with one quote": `<a ${repeated(' tiff:Orientation="')}>`,
  "a packet named without end": repeated("xmpNote:HasExtendedXMP = "),
  "opened tags": repeated("<"),
  "zeros before the end": `${repeated("\0")}x`,
};

for (const [name, xmp] of Object.entries(XMP)) {
  Deno.test(`XMP of ${name} is read in one walk, and left out in another`, async () => {
    const file = await pixelWith(await packed("XML:com.adobe.xmp", text(xmp)));
    assert(file.length < LONG / 50, `${file.length} bytes`);
    const pixels = await decodeImage(file);
    assertEquals([...pixels.data], [7]);
    await stripAttached(pixels, "gps");
    await encodeImage(pixels, { type: "jpeg", onLeftOut: () => {} });
  });
}

Deno.test("places of XMP are left out, however many names they have", async () => {
  const names = Array.from({ length: 200_000 }, (_, i) => `<exif:GPS${i}>`).join("");
  const pixels = await decodeImage(await pixelWith(await packed("XML:com.adobe.xmp", text(names))));
  assertEquals((await stripAttached(pixels, "gps")).attached?.xmp, names);
  const closed =
    `<a exif:GPSLatitude="1"  b="2"> <exif:GPSX q=">t</exif:GPSX> <exif:GPSY/><exif:GPSZ>1</exif:GPSZ></a>`;
  const other = await decodeImage(await pixelWith(await packed("XML:com.adobe.xmp", text(closed))));
  assertEquals((await stripAttached(other, "gps")).attached?.xmp, '<a  b="2"></a>');
});

Deno.test("compressed texts of a PNG are inflated up to a limit for all of them together", async () => {
  const one = await packed("Comment", text("a".repeat(4_000_000))), file = await pixelWith(...Array(40).fill(one));
  const { attached } = await decodeImage(file);
  const characters = attached!.texts!.reduce((sum, { text }) => sum + text.length, 0);
  assert(characters >= 4_000_000 && characters <= 24_000_000, `${characters} characters of ${file.length} bytes`);
});

Deno.test("texts in ImageMagick's digits, however long, are read once", async () => {
  const digits = text(`\nexif\n${LONG}\n${"4f".repeat(LONG / 2)}`);
  const content = joinBytes([text("Raw profile type exif"), Uint8Array.of(0, 0), await deflate(digits)]);
  assertEquals([...(await decodeImage(await pixelWith(chunk("zTXt", content)))).data], [7]);
});

Deno.test("EXIF whose values all lie over each other is cleared once", async () => {
  const entries = 1000, size = 2_000_000, exif = new Uint8Array(size), view = new DataView(exif.buffer);
  exif.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8]);
  view.setUint16(8, 0); // no entries, but a thumbnail behind them
  view.setUint32(10, 14);
  view.setUint16(14, entries);
  for (let i = 0, at = 16; i < entries; i++, at += 12) {
    view.setUint16(at, 0x9000 + i);
    view.setUint16(at + 2, 7);
    view.setUint32(at + 4, size - 20_000);
    view.setUint32(at + 8, 20_000);
  }
  const { fill } = Uint8Array.prototype;
  let cleared = 0;
  Uint8Array.prototype.fill = function (this: Uint8Array, value, from = 0, to = this.length) {
    if (this.length === size) cleared += Math.max(0, to - from);
    return fill.call(this, value, from, to);
  };
  try {
    await decodeImage(await pixelWith(chunk("eXIf", exif)));
  } finally {
    Uint8Array.prototype.fill = fill;
  }
  assert(cleared <= 2 * size, `${cleared} bytes were cleared`);
});

Deno.test("what only looks like the beginning of an SVG is told from it in one walk", async () => {
  for (const start of ["<!---->", "<!-- -->\n", "<?xml?>", "<!doctype svg>"]) {
    for (const end of ["", "<svg", "x", "<!--"]) {
      const error = await assertRejects(() => decodeImage(text(start.repeat(70) + end)), SyntaxError);
      assert(error.message.includes("text"), error.message);
    }
  }
  const svg = '<?xml version="1.0"?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg PUBLIC "">\n<svg width="1">';
  await assertRejects(() => decodeImage(text(svg)), SyntaxError, "SVG");
});

Deno.test("a GIF of more comments than anybody writes, and a PNG wider than a million, are refused", async () => {
  const comment = [0x21, 0xfe, 0], head = [...text("GIF89a"), 1, 0, 1, 0, 0, 0, 0];
  const gif = Uint8Array.from([...head, ...Array(5000).fill(comment).flat(), 0x3b]);
  await assertRejects(() => decodeImage(gif), RangeError, "comments");
  const side = [0, 0x1e, 0x84, 0x80]; // two millions
  for (const size of [[...side, 0, 0, 0, 1], [0, 0, 0, 1, ...side]]) {
    const png = joinBytes([
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", Uint8Array.of(...size, 8, 0, 0, 0, 0)),
      chunk("IDAT", new Uint8Array(10_000)),
      chunk("IEND", new Uint8Array()),
    ]);
    await assertRejects(() => decodeImage(png), RangeError, "sides of at most 1000000");
  }
});
