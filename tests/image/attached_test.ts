/** What files say in other places than usual, and what formats hold that seldom say anything. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type Animation,
  decodeAnimation,
  encodeAnimation,
  type EncodeAnimationOptions,
} from "../../src/image/animation.ts";
import type { Attached } from "../../src/image/attached.ts";
import { xmpWithoutGps } from "../../src/image/attached/xmp.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { exifOrientation } from "../../src/image/headers/exif.ts";
import { atOnce } from "../../src/bytes/turns.ts";
import { turnUpright } from "../../src/image/orient.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { toChannels } from "../../src/image/colour.ts";
import { chunk } from "./build_png.ts";
import { readReported } from "./fixtures.ts";

const picture = (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Deno.readFile(`tests/golden/image/pictures/${name}`);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const numbers = (...values: readonly number[]): Uint8Array => {
  const out = new Uint8Array(4 * values.length);
  values.forEach((value, i) => new DataView(out.buffer).setUint32(4 * i, value));
  return out;
};

const SMALL = { data: Uint8Array.from({ length: 60 }, (_, i) => i * 4), width: 5, height: 4, channels: 3 } as const;

/** A PNG with chunks after its header. */
const pngWith = async (pixels: Pixels, ...chunks: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> => {
  const file = await encodeImage({ ...pixels, attached: {} }, { type: "png" });
  return joinBytes([file.subarray(0, 33), ...chunks, file.subarray(33)]);
};

/** A JPEG with APP1 segments. */
const jpegWith = async (...contents: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> => {
  const file = await encodeImage(SMALL, { type: "jpeg" });
  const segments = contents.map((content) =>
    joinBytes([Uint8Array.of(0xff, 0xe1, content.length + 2 >> 8, content.length + 2 & 255), content])
  );
  return joinBytes([file.subarray(0, 2), ...segments, file.subarray(2)]);
};

Deno.test("decodeImage() leaves no second turn in what is attached, wherever the first was said", async () => {
  for (const name of ["exif_in_text.png", "xmp_turned.jpg", "xmp_turned.webp"]) {
    const { exif, xmp } = (await decodeImage(await picture(name))).attached!;
    if (exif) assertEquals(exifOrientation(exif), 1);
    if (xmp !== undefined) assertMatch(xmp, /tiff:Orientation="1"/);
  }
});

Deno.test("what a PNG says of high dynamic range goes into a PNG again", async () => {
  const [mastering, light] = [new Uint8Array(24).fill(7), new Uint8Array(8).fill(9)];
  const file = await pngWith(
    SMALL,
    chunk("cICP", Uint8Array.of(9, 16, 0, 1)),
    chunk("mDCV", mastering),
    chunk("cLLI", light),
  );
  const { attached } = await decodeImage(await encodeImage(await decodeImage(file), { type: "png", strip: true }));
  assertEquals(attached, { coding: { cicp: [9, 16, 0, 1], mastering, light } });
});

const NAME = "0123456789ABCDEF0123456789ABCDEF";
const packet = (properties: string, content: string): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
  `<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" ${properties}>${content}</rdf:Description>` +
  `</rdf:RDF></x:xmpmeta>`;

Deno.test("XMP in further segments of a JPEG is joined, kept, and put where a format has one place", async () => {
  const main = packet(`xmpNote:HasExtendedXMP="${NAME}"`, "<a:b>1</a:b>");
  const extension = packet(
    `xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="1N"`,
    `<c:d>${"x".repeat(90_000)}</c:d>`,
  );
  const bytes = text(extension), half = 50_000;
  const part = (from: number, to: number, name = NAME) =>
    joinBytes([
      text(`http://ns.adobe.com/xmp/extension/\0${name}`),
      numbers(bytes.length, from),
      bytes.subarray(from, to),
    ]);
  const said = text(`http://ns.adobe.com/xap/1.0/\0${main}`);
  const file = await jpegWith(said, part(half, bytes.length), part(0, half), part(0, 9, NAME.replace("0", "9")));
  const source = await decodeImage(file);
  assertEquals([source.attached!.xmp, source.attached!.xmpExtension], [main, extension]);
  const again = (type: "png" | "jpeg" | "webp", strip?: "gps") =>
    encodeImage(source, { type, ...(strip && { strip }) }).then((bytes) => decodeImage(bytes));
  const { xmp, xmpExtension } = (await again("jpeg")).attached!;
  assertEquals([xmp, xmpExtension], [main, extension]);
  assertEquals((await again("jpeg", "gps")).attached!.xmpExtension, xmpWithoutGps(extension));
  for (const type of ["png", "webp"] as const) {
    const { xmp, xmpExtension } = (await again(type)).attached!;
    assertMatch(xmp!, /<a:b>1<\/a:b>.*<c:d>x{90000}<\/c:d>.*<\/rdf:RDF>/s);
    assertEquals([xmpExtension, xmp!.includes("HasExtendedXMP")], [undefined, false]);
  }
  const cut = await decodeImage(await jpegWith(said, part(0, half)));
  assertEquals([cut.attached!.xmpExtension, cut.attached!.xmp!.includes("HasExtendedXMP")], [undefined, false]);
});

Deno.test("a profile in wrongly numbered segments is read by the length that it says", async () => {
  const { profile } = (await decodeImage(await readReported("p3.jpg"))).attached!;
  const file = await encodeImage(SMALL, { type: "jpeg" }), half = 200;
  const segment = (number: number, part: Uint8Array) =>
    joinBytes([Uint8Array.of(0xff, 0xe2, 0, part.length + 16), text("ICC_PROFILE\0"), Uint8Array.of(number, 9), part]);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < profile!.length; at += half) parts.push(segment(at / half, profile!.subarray(at, at + half)));
  const read = await decodeImage(joinBytes([file.subarray(0, 2), ...parts.toReversed(), file.subarray(2)]));
  assertEquals(read.attached, { profile: profile! });
});

/** An animation of two pictures. */
const animated = (frames: readonly Pixels[], durations: readonly number[], attached?: Attached): Animation => ({
  width: frames[0]!.width,
  height: frames[0]!.height,
  channels: frames[0]!.channels,
  count: frames.length,
  plays: 0,
  ...(attached && { attached }),
  frames: (async function* () {
    for (const [i, pixels] of frames.entries()) yield { pixels, duration: durations[i]! };
  })(),
});

const encoded = async (animation: Animation, options: EncodeAnimationOptions): Promise<Uint8Array<ArrayBuffer>> =>
  joinBytes(await Array.fromAsync(encodeAnimation(animation, options)));

Deno.test("an animation that is to be turned is turned, picture by picture", async () => {
  const frames = [SMALL, { ...SMALL, data: SMALL.data.map((value) => 255 - value) }];
  const file = await encoded(animated(frames, [40, 40]), { type: "png" });
  const exif = joinBytes([
    text("MM\0*"),
    Uint8Array.of(0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0),
  ]);
  const turned = (await decodeAnimation(joinBytes([file.subarray(0, 33), chunk("eXIf", exif), file.subarray(33)])))!;
  assertEquals([turned.width, turned.height, exifOrientation(turned.attached!.exif!)], [4, 5, 1]);
  const seen = await Array.fromAsync(turned.frames, ({ pixels }) => pixels.data);
  assertEquals(seen, frames.map((frame) => atOnce(turnUpright(frame, 6)).data));
});

Deno.test("encodeAnimation() makes GIFs that look the same, and says what they cannot hold", async () => {
  const source = await decodeImage(await readReported("p3.jpg")), { attached, ...pixels } = source;
  const left: string[] = [], said = { keyword: "Title", text: "x".repeat(600) };
  const all: Attached = {
    ...attached,
    texts: [said],
    xmp: packet("", "<a:b>ä</a:b>"),
    density: { x: 9, y: 9, unit: "inch" },
  };
  const file = await encoded(animated([pixels, pixels], [70, 70], all), {
    type: "gif",
    onLeftOut: (why) => left.push(why),
  });
  assertEquals(left, ["its density has no place in a GIF"]);
  const again = (await decodeAnimation(file))!;
  assertEquals(again.attached, { texts: [said], xmp: all.xmp! });
  const [first] = await Array.fromAsync(again.frames), shown = first!.pixels;
  const wanted = toChannels(await convertToSrgb(source), shown.channels);
  const mean = (other: Pixels): number =>
    Array.from(shown.data).reduce((sum, value, i) => sum + Math.abs(value - other.data[i]!), 0) / shown.data.length;
  assert(
    mean(wanted) < 4 && mean(toChannels(source, shown.channels)) > 1.5 * mean(wanted),
    `${mean(wanted)} ${mean(source)}`,
  );
  const stripped = await encoded(animated([pixels, pixels], [70, 70], all), { type: "gif", strip: true });
  assertEquals((await decodeAnimation(stripped))!.attached, undefined);
});

Deno.test("encodeAnimation() keeps time over all pictures where a format counts in coarse steps", async () => {
  const thirtieth = 1000 / 30, frames = Array.from({ length: 30 }, () => SMALL);
  for (const type of ["png", "webp", "gif"] as const) {
    const file = await encoded(animated(frames, frames.map(() => thirtieth)), { type });
    const durations = await Array.fromAsync((await decodeAnimation(file))!.frames, ({ duration }) => duration);
    assertEquals(durations.reduce((a, b) => a + b, 0), 1000, type);
    assert(Math.max(...durations) - Math.min(...durations) <= 10, type);
  }
  const file = await encoded(animated([SMALL, SMALL, SMALL], [0, 10, 50]), { type: "gif" });
  const durations = await Array.fromAsync((await decodeAnimation(file))!.frames, ({ duration }) => duration);
  assertEquals(durations, [0, 10, 50]);
});

Deno.test("decodeImage() names what it does not read", async () => {
  const start = (name: string): Uint8Array<ArrayBuffer> => joinBytes([text(name), new Uint8Array(40)]);
  const box = (brands: string): Uint8Array<ArrayBuffer> =>
    joinBytes([Uint8Array.of(0, 0, 0, 8 + brands.length), text(`ftyp${brands}`), new Uint8Array(40)]);
  for (
    const [bytes, name] of [
      [box("hevc\0\0\0\0msf1"), "HEIC"],
      [box("mif1\0\0\0\0mif1avif"), "AVIF"],
      [box("mif1\0\0\0\0mif1miaf"), "HEIC"],
      [box("MiHB\0\0\0\0avif"), "AVIF"],
      [box("crx \0\0\0\0isom"), "a raw photograph"],
      [start("II+\0"), "BigTIFF"],
      [Uint8Array.from([...[0x1f, 0x8b], ...Array(40).fill(0)]), "gzip"],
      [start("v/1\x01"), "OpenEXR"],
    ] as const
  ) {
    const error = await decodeImage(bytes).then(() => undefined, (error) => error as Error);
    assert(error instanceof SyntaxError && error.message.includes(`looks like ${name}`), `${error}`);
  }
});
