import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { callCodec, withMemory } from "../../src/image/codec_call.ts";
import { loadDecoder } from "../../src/image/codecs.ts";
import { open } from "../../src/image/codecs/gif_decode.gen.js";
import { decodeAnimation } from "../../src/image/animation.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { readHeader } from "../../src/image/headers/header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { checkWork } from "../../src/image/work.ts";
import { evaluate, IMAGENET_EVALUATION } from "../../src/image/preprocess.ts";
import { buildPng, chunk } from "./build_png.ts";

const hostile = (name: string) => new URL(`../golden/hostile/${name}`, import.meta.url);

Deno.test("decodeImage() refuses a JPEG whose scans cost far more than its pixels", async () => {
  await assertRejects(() => decodeImage(hostile("progressive_2500_scans.jpg")), RangeError, "scans");
});

Deno.test("decodeImage() refuses a JPEG of more segments than any camera writes", async () => {
  const empty = Uint8Array.from({ length: 4 * 40_000 }, (_, i) => [0xff, 0xe1, 0, 2][i % 4]!);
  await assertRejects(() => decodeImage(Uint8Array.from([0xff, 0xd8, ...empty])), RangeError, "segments");
});

for (const name of ["thin_1x24000.png", "thin_1x60000.png"]) {
  Deno.test(`evaluate() does not blow ${name} up`, async () => {
    const pixels = await decodeImage(hostile(name));
    assertThrows(() => evaluate(pixels, IMAGENET_EVALUATION), RangeError, "once resized");
  });
}

Deno.test("decodeImage() reads pixels in chunks of one byte as fast as in one chunk", async () => {
  let state = 1;
  const samples = Array.from(
    { length: 120 * 80 * 3 },
    () => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) >>> 24,
  );
  const picture = {
    width: 120,
    height: 80,
    depth: 8,
    colourType: 2,
    interlaced: false,
    samples,
    filters: [0],
  } as const;
  const plain = await buildPng(picture), at = 8 + 25, length = new DataView(plain.buffer).getUint32(at);
  const content = plain.subarray(at + 8, at + 8 + length);
  const single = Array.from(content, (byte) => chunk("IDAT", Uint8Array.of(byte)));
  const cut = joinBytes([plain.subarray(0, at), ...single, plain.subarray(at + 12 + length)]);
  assert(single.length > 26_000);
  assertEquals([...(await decodeImage(cut)).data], samples);
});

Deno.test("decodeImage() refuses a PNG of more chunks or metadata than any picture needs", async () => {
  const plain = await buildPng({
    ...{ width: 1, height: 1, depth: 8, colourType: 0, interlaced: false },
    ...{ samples: [7], filters: [0] },
  });
  const behindHeader = (more: readonly Uint8Array[]) => joinBytes([plain.subarray(0, 33), ...more, plain.subarray(33)]);
  const empty = chunk("IDAT", new Uint8Array()), text = chunk("zTXt", new Uint8Array(1 << 25));
  await assertRejects(() => decodeImage(behindHeader(Array(70_000).fill(empty))), RangeError, "65536 chunks");
  await assertRejects(() => decodeImage(behindHeader([text, text, text])), RangeError, "bytes of metadata");
  assertEquals([...(await decodeImage(behindHeader([text]))).data], [7]);
});

Deno.test("decodeAnimation() walks a GIF of many frames once, not once a frame", async () => {
  const count = 2000, head = [...new TextEncoder().encode("GIF89a"), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const frame = [0x21, 0xf9, 4, 4, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  const bytes = Uint8Array.from([...head, ...Array(count).fill(frame).flat(), 0x3b]);
  let frames = 0;
  for await (const { pixels } of (await decodeAnimation(bytes))!.frames) frames += pixels.data.length / pixels.channels;
  assertEquals(frames, count);

  let reads = 0;
  const watched = new Proxy(bytes, { get: (target, key) => (reads++, Reflect.get(target, key, target)) });
  const codec = await open(undefined);
  assertEquals(codec.frames(watched).length, count);
  for (let i = 0; i < count; i++) codec.decode(watched, i);
  assert(reads < 4 * bytes.length, `${reads} reads of ${bytes.length} bytes`);
});

/** A RIFF of chunks. */
function webpOf(...chunks: readonly [kind: string, content: Uint8Array][]): Uint8Array<ArrayBuffer> {
  const number = (value: number) => new Uint8Array(Uint32Array.of(value).buffer), text = new TextEncoder();
  const body = joinBytes(chunks.flatMap(([kind, content]) => [
    text.encode(kind),
    number(content.length),
    content,
    new Uint8Array(content.length % 2),
  ]));
  return joinBytes([text.encode("RIFF"), number(body.length + 4), text.encode("WEBP"), body]);
}

/** Bits as WebP's lossless format has them: the low ones of a byte first. */
class Bits {
  readonly #bits: number[] = [];

  put(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  bytes(): Uint8Array {
    const out = new Uint8Array(Math.ceil(this.#bits.length / 8) + 64);
    this.#bits.forEach((bit, i) => out[i >> 3]! |= bit << (i & 7));
    return out;
  }
}

/** A lossless picture whose five prefix codes have the given lengths; 280 symbols and a colour cache of 2048. */
function losslessWith(lengths: readonly number[]): Uint8Array<ArrayBuffer> {
  const bits = new Bits().put(0x2f, 8).put(15, 14).put(15, 14).put(0, 1).put(0, 3);
  bits.put(0, 1).put(1, 1).put(11, 4).put(0, 1); // no transform, a colour cache of 11 bits, one set of codes
  for (const symbols of [280 + 2048, 256, 256, 256, 40]) {
    bits.put(0, 1).put(15, 4);
    for (const symbol of [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
      bits.put(symbol < 16 ? 4 : 0, 3);
    }
    bits.put(0, 1);
    for (let i = 0; i < symbols; i++) {
      const length = lengths[i % lengths.length]!;
      for (let bit = 3; bit >= 0; bit--) bits.put((length >> bit) & 1, 1);
    }
  }
  return webpOf(["VP8L", bits.bytes()]);
}

Deno.test("decodeImage() survives WebP prefix codes that ask for larger tables than there can be", async () => {
  const good = await Deno.readFile("tests/golden/image/files/lossless.webp"), before = await decodeImage(good);
  const shapes = [[15], [1], [9, 15], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15], [8, 8, 8, 15, 0], [
    0,
    0,
    0,
    12,
    13,
  ]];
  for (const lengths of shapes) {
    const error = await assertRejects(() => decodeImage(losslessWith(lengths)), SyntaxError);
    assert(error.message.includes("WebP data must be intact"), error.message);
  }
  assertEquals(await decodeImage(good), before);
});

Deno.test("decodeImage() decodes no more of a WebP than its canvas, nor walks chunks without end", async () => {
  const canvas = new Uint8Array(10), frame = Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f, 0, 0);
  await assertRejects(
    () => decodeImage(webpOf(["VP8X", canvas], ["VP8 ", frame])),
    SyntaxError,
    "pixels of its size, 1x1",
  );
  const many = Array.from({ length: 5000 }, () => ["XMP ", new Uint8Array()] as [string, Uint8Array]);
  await assertRejects(() => decodeImage(webpOf(["VP8X", canvas], ...many)), RangeError, "4096 chunks");
});

/** Pixels that take a while: flat, but many. */
function large(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = i >> 12;
  return { data, width, height, channels: 3 };
}

for (const type of ["jpeg", "webp", "png"] as const) {
  Deno.test(`decodeImage() and encodeImage() leave the event loop alone and stop in the middle: ${type}`, async () => {
    const pixels = large(1200, 800);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const file = await encodeImage(pixels, { type });
    assert(turns > 0, `encoding gave ${turns} turns`);
    turns = 0;
    assertEquals((await decodeImage(file)).data.length, pixels.data.length);
    assert(turns > 0, `decoding gave ${turns} turns`);
    clearInterval(timer);
    const runs = [encodeImage(pixels, { type, ...soon() }), decodeImage(file, soon())];
    await Promise.all(runs.map((run) => assertRejects(() => run, Error, "enough of it")));
  });
}

/** A signal that is aborted in the next turn but one. */
function soon(): { readonly signal: AbortSignal } {
  const controller = new AbortController();
  setTimeout(() => setTimeout(() => controller.abort(new Error("enough of it")), 0), 0);
  return { signal: controller.signal };
}

Deno.test("decodeImage() says that memory is short rather than that the file is damaged", async () => {
  const flat = { data: new Uint8Array(2200 * 1800), width: 2200, height: 1800, channels: 1 } as const;
  const file = await encodeImage(flat, { type: "jpeg" });
  const { open, module } = await loadDecoder("jpeg_decode");
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError("no more");
  };
  try {
    const outcome = await callCodec(open, { module, call: "decode", args: [file, false] }, 0);
    assertEquals([outcome.short, outcome.result], [true, undefined]);
  } finally {
    WebAssembly.Memory.prototype.grow = grow;
  }
  assertThrows(() => withMemory("decode", 1e9, 1e9, () => new Uint8Array(1e18)), Error, "too little left");
});

Deno.test("decodeImage() lets no decoder write to the console, whatever a GIF claims", async () => {
  const start = [...new TextEncoder().encode("GIF89a"), 8, 0, 8, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  const frame = [0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, 4, 0x11, 0x11, 0x11, 0x11, 0, 0x3b]; // fewer pixels than it has
  const said: unknown[] = [], kept = { ...console };
  for (const name of ["log", "warn", "error", "info"] as const) console[name] = (...words) => void said.push(words);
  try {
    await decodeImage(Uint8Array.from([...start, ...frame])).catch(() => {});
  } finally {
    Object.assign(console, kept);
  }
  assertEquals(said, []);
});

/** Bytes of numbers of two bytes, the high one first. */
const big = (...values: number[]): number[] => values.flatMap((value) => [value >> 8, value & 255]);

/** A grey JPEG that claims a size; its first scan has so many bytes, the further ones one each. */
function claimingJpeg(width: number, height: number, bytes: number, scans = 1): Uint8Array<ArrayBuffer> {
  const frame = [0xff, 0xc2, ...big(11), 8, ...big(height, width), 1, 1, 0x11, 0];
  const scan = (count: number): Uint8Array[] => [
    Uint8Array.of(0xff, 0xda, ...big(8), 1, 1, 0, 0, 0, 0),
    new Uint8Array(count),
  ];
  const later = Array.from({ length: scans - 1 }, () => scan(1)).flat();
  return joinBytes([Uint8Array.of(0xff, 0xd8, ...frame), ...scan(bytes), ...later, Uint8Array.of(0xff, 0xd9)]);
}

Deno.test("decodeImage() refuses files that claim more than so few bytes can hold, before anything is decoded", async () => {
  const text = new TextEncoder();
  const png = (side: number, depth: number, colour: number) =>
    joinBytes([
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk("IHDR", Uint8Array.of(...big(0, side, 0, side), depth, colour, 0, 0, 0)),
      chunk("IDAT", new Uint8Array(1000)),
      chunk("IEND", new Uint8Array()),
    ]);
  const gif = Uint8Array.from([
    ...[...text.encode("GIF89a"), 0x10, 0x27, 0x10, 0x27, 0, 0, 0],
    ...[0x2c, 0, 0, 0, 0, 0x10, 0x27, 0x10, 0x27, 0, 8, 3, 1, 2, 3, 0, 0x3b],
  ]);
  const lossless = new Bits().put(0x2f, 8).put(4000, 14).put(4000, 14).put(0, 1).put(0, 3).bytes();
  const cases = [
    ["JPEG of a few bytes", claimingJpeg(9000, 9000, 20), SyntaxError, "a bit for each block"],
    ["JPEG of many scans of a byte", claimingJpeg(8000, 8000, 125_000, 23), RangeError, "by estimate"],
    ["PNG", png(10_000, 16, 6), RangeError, "by estimate"],
    ["PNG of few bytes", png(2000, 8, 0), SyntaxError, "too few"],
    ["GIF", gif, SyntaxError, "far too few"],
    ["WebP", webpOf(["VP8L", lossless]), SyntaxError, "must be intact"],
  ] as const;
  for (const [name, bytes, kind, words] of cases) {
    const error = await assertRejects(() => decodeImage(bytes), kind, words, name);
    assert(/^Cannot decode image as .*: current \w/.test(error.message), error.message);
  }
  const frames = Array.from({ length: 4000 }, () => ["ANMF", new Uint8Array(16)] as [string, Uint8Array]);
  const small = Uint8Array.of(2, 0, 0, 0, 0xaf, 0x0f, 0, 0xaf, 0x0f, 0);
  await assertRejects(() => decodeAnimation(webpOf(["VP8X", small], ...frames)), RangeError, "in 4000 frames");
});

Deno.test("decodeImage() would take pictures of one colour of any size, as every format packs them", async () => {
  const flat = { data: new Uint8Array(1000 * 1000), width: 1000, height: 1000, channels: 1 } as const;
  const wide = { ...flat, data: new Uint16Array(1000 * 1000) };
  const files = [
    await encodeImage(wide, { type: "png" }),
    await encodeImage(flat, { type: "jpeg" }),
    await encodeImage(flat, { type: "webp" }),
    await encodeImage(flat, { type: "webp", lossless: true }),
  ];
  for (const file of files) {
    const { coded, ...header } = readHeader(file);
    const larger = { ...header, width: 10_000, height: 10_000, ...(coded !== undefined && { coded: 100 * coded }) };
    checkWork(larger, 100 * file.length, 1e8);
  }
});

Deno.test("encodeImage() gives nothing that was made after memory had been refused", async () => {
  // Alpha is coded without loss, so that both encoders of WebP have their turn.
  const side = 1500, data = new Uint8Array(side * side * 4).map((_, i) => i >> 12);
  const pixels = { data, width: side, height: side, channels: 4 } as const;
  const { grow } = WebAssembly.Memory.prototype, agent = Object.getOwnPropertyDescriptor(navigator, "userAgent");
  Object.defineProperty(navigator, "userAgent", { value: "Cloudflare-Workers", configurable: true }); // no workers
  let refusals = 0;
  try {
    const whole = await encodeImage(pixels, { type: "webp" });
    for (let granted = 0, refused = true; refused; granted++) {
      let asked = 0;
      refused = false;
      WebAssembly.Memory.prototype.grow = function (pages) {
        if (asked++ < granted) return grow.call(this, pages);
        refused = true;
        throw new RangeError("no more");
      };
      try {
        const encoded = await encodeImage(pixels, { type: "webp" });
        assertEquals([refused, encoded], [false, whole]);
      } catch (error) {
        assert(refused && `${error}`.includes("too little left"), `${error}`);
        refusals++;
      }
    }
  } finally {
    WebAssembly.Memory.prototype.grow = grow;
    if (agent) Object.defineProperty(navigator, "userAgent", agent);
    else delete (navigator as { userAgent?: string }).userAgent;
  }
  assert(refusals > 0, "the encoder asked for no memory");
});
