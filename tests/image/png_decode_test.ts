import { uniform } from "../../src/kernels/random.ts";
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { decodeImage } from "../../src/image/decode.ts";
import { buildPng, chunk, type PngSpec, STORED } from "./build_png.ts";

const RUNS = { seed: 20240604, numRuns: 150 };

/** Any PNG: every colour type and depth, interlaced or not, every filter, with and without transparency. */
const specs: fc.Arbitrary<PngSpec> = fc.constantFrom(
  ...([[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [2, 8], [2, 16], [3, 1], [3, 2], [3, 4], [3, 8], [4, 8], [4, 16], [
    6,
    8,
  ], [
    6,
    16,
  ]] as const),
).chain(([colourType, depth]) =>
  fc.record({
    width: fc.integer({ min: 1, max: 19 }),
    height: fc.integer({ min: 1, max: 19 }),
    interlaced: fc.boolean(),
    filters: fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
    split: fc.integer({ min: 1, max: 60 }),
    transparent: colourType === 4 || colourType === 6 ? fc.constant(false) : fc.boolean(),
    seed: fc.nat(),
  }).map(({ width, height, transparent, seed, ...rest }) => {
    const random = uniform(seed), next = () => Math.floor(2 ** 24 * random());
    const count = Math.min(2 ** depth, 256);
    const stored = STORED[colourType]!;
    const samples = Array.from({ length: width * height * stored }, () => next() % 2 ** depth);
    const palette = Array.from({ length: count * 3 }, () => next() % 256);
    const clear = samples.slice(0, stored).flatMap((sample) => [sample >> 8, sample & 255]);
    const alphas = Array.from({ length: Math.ceil(count / 2) }, () => next() % 256);
    return {
      width,
      height,
      depth,
      colourType,
      samples,
      ...rest,
      ...(colourType === 3 && { palette }),
      ...(transparent && { transparency: colourType === 3 ? alphas : clear }),
    };
  })
);

/** What the format says the samples of a specification mean. */
function expected({ depth, colourType, samples, palette, transparency }: PngSpec): number[] {
  const stored = STORED[colourType]!, top = depth === 16 ? 65535 : 255;
  const out: number[] = [];
  for (let i = 0; i < samples.length; i += stored) {
    const pixel = samples.slice(i, i + stored);
    if (palette) out.push(...palette.slice(pixel[0]! * 3, pixel[0]! * 3 + 3));
    else out.push(...pixel.map((sample) => sample / (2 ** depth - 1) * top));
    if (palette && transparency) out.push(transparency[pixel[0]!] ?? 255);
    else if (transparency) {
      out.push(pixel.every((v, c) => v === transparency[2 * c]! * 256 + transparency[2 * c + 1]!) ? 0 : top);
    }
  }
  return out;
}

Deno.test("decodeImage() reads every kind of PNG", async () => {
  await fc.assert(
    fc.asyncProperty(specs, async (spec) => {
      const { data, width, height } = await decodeImage(await buildPng(spec));
      assertEquals([width, height], [spec.width, spec.height]);
      assertEquals([...data], expected(spec));
      assertEquals(data instanceof Uint16Array, spec.depth === 16);
    }),
    RUNS,
  );
});

const plain: PngSpec = {
  width: 4,
  height: 3,
  depth: 8,
  colourType: 0,
  interlaced: false,
  filters: [0],
  samples: Array.from({ length: 12 }, (_, i) => i),
};

/** The file with its chunks changed; checksums are made right again. */
function rewrite(
  bytes: Uint8Array,
  change: (name: string, content: Uint8Array) => Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const parts = [bytes.subarray(0, 8)];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    parts.push(
      ...change(String.fromCharCode(...bytes.subarray(at + 4, at + 8)), bytes.subarray(at + 8, at + 8 + length)),
    );
    at += 12 + length;
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("decodeImage() refuses a PNG whose checksum, filter, header or pixels are wrong", async () => {
  const file = await buildPng(plain);
  const damaged = file.slice();
  damaged[damaged.length - 20]! ^= 1;
  await assertRejects(() => decodeImage(damaged), SyntaxError, "damaged IDAT chunk");
  const odd = await buildPng({ ...plain, depth: 2, colourType: 2 });
  await assertRejects(() => decodeImage(odd), SyntaxError, "has 2, 2, 0, 0 and 0");
  const without = (kind: string) => rewrite(file, (name, content) => name === kind ? [] : [chunk(name, content)]);
  await assertRejects(() => decodeImage(without("IDAT")), SyntaxError, "too few");
  await assertRejects(() => decodeImage(without("IHDR")), SyntaxError, "starts with");
  await assertRejects(() => decodeImage(without("IEND")), SyntaxError, "cut off");
  const noPalette = await buildPng({ ...plain, colourType: 3 });
  await assertRejects(() => decodeImage(noPalette), SyntaxError, "has 0 bytes");
  const garbage = rewrite(
    file,
    (name, content) => [chunk(name, name === "IDAT" ? Uint8Array.of(1, 2, 3, 4) : content)],
  );
  await assertRejects(() => decodeImage(garbage), SyntaxError, "valid deflate data");
  const shorter = await buildPng({ ...plain, height: 2 });
  const tall = rewrite(shorter, (name, content) => {
    const copy = content.slice();
    if (name === "IHDR") copy[7] = 3;
    return [chunk(name, copy)];
  });
  await assertRejects(() => decodeImage(tall), SyntaxError, "too few");
});

Deno.test("decodeImage() refuses a row filter that PNG does not know", async () => {
  const raw = Uint8Array.of(5, 1, 2, 3, 4);
  const packed = new Blob([raw]).stream().pipeThrough(new CompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(packed).arrayBuffer());
  const file = rewrite(
    await buildPng({ ...plain, height: 1 }),
    (name, content) => [chunk(name, name === "IDAT" ? pixels : content)],
  );
  await assertRejects(() => decodeImage(file), SyntaxError, "has filter 5");
});

Deno.test("decodeImage() does not inflate more of a PNG than its size needs", async () => {
  const bomb = new Blob([new Uint8Array(64 << 20)]).stream().pipeThrough(new CompressionStream("deflate"));
  const pixels = new Uint8Array(await new Response(bomb).arrayBuffer());
  const file = rewrite(await buildPng(plain), (name, content) => [chunk(name, name === "IDAT" ? pixels : content)]);
  const started = performance.now();
  assertEquals((await decodeImage(file)).data, new Uint8Array(12));
  assertEquals(performance.now() - started < 1000, true);
});

Deno.test("decodeImage() skips a PNG's text, profile and unknown chunks", async () => {
  const file = await buildPng(plain);
  const noisy = rewrite(
    file,
    (name, content) =>
      name === "IDAT"
        ? [
          chunk("iCCP", Uint8Array.of(1, 2, 3)),
          chunk("tEXt", new Uint8Array(9)),
          chunk(name, content),
          chunk("quUx", content),
        ]
        : [chunk(name, content)],
  );
  assertEquals(await decodeImage(noisy), await decodeImage(file));
});

Deno.test("decodeImage() gives pixels or one of its errors for any PNG damaged under valid checksums", async () => {
  const damage = fc.array(fc.tuple(fc.nat(10_000), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(specs, damage, async (spec, edits) => {
      const file = rewrite(await buildPng(spec), (name, content) => {
        const copy = content.slice();
        if (name === "IDAT" || name === "PLTE") { for (const [at, value] of edits) copy[at % copy.length] = value; }
        return [chunk(name, copy)];
      });
      try {
        assertEquals((await decodeImage(file)).width, spec.width);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        assertEquals(error.message.startsWith("Cannot decode image as PNG"), true);
      }
    }),
    RUNS,
  );
});
