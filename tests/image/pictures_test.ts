import { readFile } from "node:fs/promises";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Animation, decodeAnimation, encodeAnimation } from "../../src/image/animation.ts";
import type { Attached } from "../../src/image/attached.ts";
import { exifDensity, exifWithoutGps } from "../../src/image/attached/exif.ts";
import { textsOfIptc } from "../../src/image/attached/iptc.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage, type EncodeOptions } from "../../src/image/encode.ts";
import { latin1, u16, u32 } from "../../src/image/headers/bytes.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { resizeLanczos } from "../../src/image/resize.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { toChannels } from "../../src/image/colour.ts";
import { maxDifference, pixelsOf, readCases } from "./fixtures.ts";

const FOLDER = new URL("../golden/image/pictures/", import.meta.url);
const CASES = await readCases("pictures/expected");
const FACTS = JSON.parse(await Deno.readTextFile(new URL("../golden/image/pictures/expected.json", import.meta.url)));
const TYPES = ["png", "jpeg", "webp"] as const;
const ENDINGS = { png: "png", jpeg: "jpg", webp: "webp" } as const;

/** The bytes as Node reads them: a Buffer, whose slices are no copies. */
const file = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  await readFile(new URL(name, FOLDER)) as Uint8Array<ArrayBuffer>;

/** A number of the first directory of EXIF, or of the one that an entry points to. */
function exifNumber(exif: Uint8Array, tag: number, parent?: number): number | undefined {
  const little = latin1(exif, 0, 2) === "II";
  const find = (directory: number, wanted: number): number | undefined => {
    for (let i = 0; i < u16(exif, directory, little); i++) {
      const at = directory + 2 + 12 * i;
      if (u16(exif, at, little) === wanted) {
        return u16(exif, at + 2, little) === 3 ? u16(exif, at + 8, little) : u32(exif, at + 8, little);
      }
    }
    return undefined;
  };
  const first = u32(exif, 4, little);
  return parent === undefined ? find(first, tag) : find(find(first, parent)!, tag);
}

const tolerance = (name: string): number => name.endsWith(".jpg") ? 2 : 0;

for (const [name, { pixels, srgb }] of CASES) {
  if (!pixels || name.startsWith("lanczos")) continue;
  Deno.test(`decodeImage() and convertToSrgb() give Pillow's pixels: ${name}`, async () => {
    const decoded = await decodeImage(await file(name));
    assertEquals([decoded.height, decoded.width, decoded.channels], pixels.shape);
    assert(maxDifference(decoded.data, pixels.data) <= tolerance(name), `${maxDifference(decoded.data, pixels.data)}`);
    if (!srgb) return;
    const converted = await convertToSrgb(decoded);
    assertEquals([converted.attached?.profile, converted.attached?.coding], [undefined, undefined]);
    const difference = maxDifference(converted.data, srgb.data);
    // What a PNG says by numbers becomes a profile of ours, whose numbers are rounded in other places than Pillow's.
    assert(
      difference <= (tolerance(name) ? 6 : /^(linear|gamma|cicp|no_primaries)/.test(name) ? 2 : 0),
      `differs by ${difference}`,
    );
  });
}

Deno.test("convertToSrgb() leaves what it cannot convert as it is, and says why", async () => {
  const reasons: string[] = [], onUnconverted = (reason: string) => reasons.push(reason);
  const hdr = await decodeImage(await file("hdr.png"));
  assertEquals(await convertToSrgb(hdr, { onUnconverted }), hdr);
  const damaged = {
    ...hdr,
    attached: { profile: (await decodeImage(await file("all.png"))).attached!.profile!.slice(0, 150) },
  };
  assertEquals(await convertToSrgb(damaged, { onUnconverted }), damaged);
  assertEquals(reasons.length, 2);
  assertMatch(reasons[0]!, /cICP 9, 16, 0, 1/);
});

for (const from of TYPES) {
  for (const type of TYPES) {
    Deno.test(`decodeImage() and encodeImage() carry profile and metadata from ${from} to ${type}`, async () => {
      const name = `all.${ENDINGS[from]}`, source = await decodeImage(await file(name)), left: string[] = [];
      const bytes = await encodeImage(source, {
        type,
        lossless: true,
        quality: 100,
        onLeftOut: (reason) => left.push(reason),
      });
      assertEquals(left, []);
      const again = await decodeImage(bytes), { exif, xmp, iptc, texts, density, profile } = again.attached!;
      assertEquals(profile, source.attached!.profile);
      assert(maxDifference(again.data, CASES.get(name)!.pixels!.data) <= tolerance(name) + (type === "jpeg" ? 5 : 0));
      assertEquals([exifNumber(exif!, 0x0112), exifNumber(exif!, 0xa002, 0x8769), exifNumber(exif!, 0xa003, 0x8769)], [
        1,
        24,
        40,
      ]);
      assertEquals(exifNumber(exif!, 0x0201), undefined);
      assert(
        latin1(exif!, 0, exif!.length).includes("Ada Painter") && !latin1(exif!, 0, exif!.length).includes("JFIF"),
      );
      assert(exifNumber(exif!, 2, 0x8825) !== undefined);
      assertEquals(exifDensity(exif!), { x: 300, y: 300 });
      assertMatch(xmp!, /tiff:Orientation="1".*xmp:Rating="4".*<exif:PixelXDimension>24</s);
      assertEquals(density && [Math.round(density.x), Math.round(density.y), density.unit], [300, 300, "inch"]);
      if (from === "webp") return; // has no texts and no IPTC
      if (type === "webp") assertMatch(xmp!, /<dc:title>.*Boats.*<dc:subject>.*sea.*sky.*<photoshop:City>Kiel</s);
      else assertEquals(iptc, source.attached!.iptc);
      assertEquals(textsOfIptc(source.attached!.iptc!)[0], { keyword: "Title", text: "Boats" });
      if (type !== "webp") assertEquals(texts, source.attached!.texts);
    });
  }
}

Deno.test("encodeImage() leaves metadata out, or only where the picture was taken", async () => {
  for (const type of TYPES) {
    const source = await decodeImage(await file("all.png"));
    const bare = await decodeImage(await encodeImage(source, { type, strip: true }));
    assertEquals(Object.keys(bare.attached!), ["profile"]);
    const { exif, xmp, iptc } = (await decodeImage(await encodeImage(source, { type, strip: "gps" }))).attached!;
    assertEquals([exifNumber(exif!, 0x8825), xmp!.includes("GPS")], [undefined, false]);
    assert(latin1(exif!, 0, exif!.length).includes("Ada Painter"));
    if (iptc) assertEquals(textsOfIptc(iptc).map(({ keyword }) => keyword), ["Title", "Keywords"]);
    assertEquals(exifWithoutGps(exif!), exif!);
  }
});

const meanDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

/** What a PNG says of its colours, as a profile where the format has no other way. */
const CODED = {
  "gamma.png": "coding",
  "cicp.png": "coding",
  "grey_profile.png": "profile",
  "linear.png": "coding",
} as const;

for (const [name, kind] of Object.entries(CODED)) {
  Deno.test(`encodeImage() keeps the look of ${name} in every format`, async () => {
    const source = await decodeImage(await file(name)), seen = await convertToSrgb(source);
    for (const type of TYPES) {
      const again = await decodeImage(await encodeImage(source, { type, lossless: true, quality: 100 }));
      if (type === "png") assertEquals(again.attached![kind], source.attached![kind]);
      else assert(again.attached?.profile, type);
      const converted = toChannels(await convertToSrgb(again), seen.channels);
      // JPEG rounds and halves chroma before the curve, which is steep in the dark for some of these.
      const off = type === "jpeg"
        ? meanDifference(converted.data, seen.data)
        : maxDifference(converted.data, seen.data);
      assert(off <= 2, `${type} differs by ${off}`);
    }
  });
}

Deno.test("encodeImage() says what a format cannot hold", async () => {
  const told = async (attached: Attached, type: EncodeOptions["type"]): Promise<string[]> => {
    const left: string[] = [];
    const pixels = { data: new Uint8Array(12), width: 2, height: 2, channels: 3, attached } as const;
    await decodeImage(await encodeImage(pixels, { type, onLeftOut: (reason) => left.push(reason) }));
    return left;
  };
  assertEquals(await told({ xmp: "x".repeat(70_000) }, "jpeg"), ["its XMP is longer than a JPEG can hold"]);
  assertEquals((await told({ coding: { cicp: [9, 16, 0, 1] } }, "webp")).length, 1);
  assertEquals(await told({ xmp: "x".repeat(70_000), coding: { cicp: [9, 16, 0, 1] } }, "png"), []);
});

Deno.test("a profile longer than a JPEG segment comes back whole", async () => {
  const profile = Uint8Array.from({ length: 150_001 }, (_, i) => i * 31 % 256);
  profile.set(new TextEncoder().encode("acsp"), 36);
  profile.set(new TextEncoder().encode("RGB "), 16);
  for (const type of TYPES) {
    const pixels = { data: new Uint8Array(12), width: 2, height: 2, channels: 3, attached: { profile } } as const;
    assertEquals((await decodeImage(await encodeImage(pixels, { type }))).attached, { profile });
  }
});

/** Frames, flat, with their times. */
async function walk(animation: Animation): Promise<{ data: Uint8Array; durations: number[] }> {
  const parts: Pixels["data"][] = [], durations: number[] = [];
  for await (const { pixels, duration } of animation.frames) {
    parts.push(toChannels(pixels, 4).data);
    durations.push(duration);
  }
  return { data: Uint8Array.from(parts.flatMap((part) => [...part])), durations };
}

/** Largest difference of what is seen: the colour of clear pixels is nobody's. */
function seenDifference(a: Uint8Array, b: ArrayLike<number>): number {
  assertEquals(a.length, b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    if (i % 4 === 3 || a[i | 3] !== 0 || b[i | 3] !== 0) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  }
  return most;
}

for (const [name, { durations, loop }] of Object.entries<{ durations: number[]; loop: number | null }>(FACTS)) {
  Deno.test(`decodeAnimation() gives Pillow's frames and times: ${name}`, async () => {
    const animation = (await decodeAnimation(await file(name)))!, { frames } = CASES.get(name)!;
    const plays = name.endsWith(".gif") ? loop === null ? 1 : loop && loop + 1 : loop;
    assertEquals([animation.count, animation.height, animation.width, 4], frames!.shape);
    assertEquals(animation.plays, plays);
    const seen = await walk(animation);
    assertEquals(seen.durations, durations);
    assertEquals(seenDifference(seen.data, frames!.data), 0);
    const first = toChannels(await decodeImage(await file(name)), 4).data;
    assertEquals(seenDifference(Uint8Array.from(first), frames!.data.subarray(0, first.length)), 0);
  });

  Deno.test(`encodeAnimation() writes ${name} as PNG, WebP and GIF`, async () => {
    for (const type of ["png", "webp", "gif"] as const) {
      const animation = (await decodeAnimation(await file(name)))!, { frames } = CASES.get(name)!;
      const bytes = new Uint8Array(
        await new Blob(await Array.fromAsync(encodeAnimation(animation, { type, lossless: true }))).arrayBuffer(),
      );
      const again = (await decodeAnimation(bytes))!, seen = await walk(again);
      assertEquals([again.plays, seen.durations], [animation.plays, durations]);
      const difference = seenDifference(seen.data, frames!.data);
      assert(difference <= (type === "gif" ? 60 : 0), `${type} differs by ${difference}`);
    }
  });
}

Deno.test("decodeAnimation() has no animation in a still picture", async () => {
  for (const name of ["adobe.png", "ycck.jpg", "all.webp"]) {
    assertEquals(await decodeAnimation(await file(name)), undefined);
  }
});

for (const [name, { source }] of CASES) {
  if (!source) continue;
  Deno.test(`resizeLanczos() gives Pillow's bytes: ${name}`, () => {
    for (const [other, { pixels }] of CASES) {
      if (!other.startsWith(`${name} `)) continue;
      const wanted = pixelsOf(pixels!),
        { data, width, height } = resizeLanczos(pixelsOf(source), wanted.width, wanted.height);
      assertEquals([width, height, maxDifference(data, wanted.data)], [wanted.width, wanted.height, 0], other);
    }
  });
}
