import { assertEquals, assertRejects } from "@std/assert";
import { atOnce } from "../../src/bytes/turns.ts";
import { bleedColours } from "../../src/image/bleed.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { restore } from "../../src/restore.ts";
import { defaultModel } from "../../src/default_model.ts";
import { loadModel } from "../../src/load_model.ts";
import { openDevice } from "../../src/open_device.ts";
import { buildPng, chunk } from "./build_png.ts";
import { readReported } from "./fixtures.ts";

/** Sizes as Pillow's `exif_transpose` gives them. */
const SIZES = { "exif_two.jpg": [40, 64], "exif_long.jpg": [24, 40] } as const;

for (const [name, size] of Object.entries(SIZES)) {
  Deno.test(`decodeImage() turns ${name} as Pillow does`, async () => {
    const { width, height } = await decodeImage(await readReported(name));
    assertEquals([width, height], [...size]);
  });
}

Deno.test("decodeImage() passes over stray bytes between JPEG segments, whatever they are", async () => {
  const bytes = await readReported("jpg_gap.jpg");
  const { data } = await decodeImage(bytes);
  const end = 4 + bytes[4]! * 256 + bytes[5]!; // of the first segment
  for (const stray of [[0], [17, 0xff, 0], [0xff, 0xff, 0xff], Array(5000).fill(1)]) {
    const more = joinBytes([bytes.subarray(0, end), Uint8Array.from(stray), bytes.subarray(end)]);
    assertEquals((await decodeImage(more)).data, data);
  }
});

Deno.test("decodeImage() reads a PNG with bytes after its zlib stream, in one chunk or many", async () => {
  const { width, height } = await decodeImage(await readReported("png_idat_tail.png"));
  assertEquals([width, height], [40, 24]);
  const samples = Array.from({ length: 40 * 30 }, (_, i) => i * i % 251);
  const plain = await buildPng({
    width: 40,
    height: 30,
    depth: 8,
    colourType: 0,
    interlaced: false,
    samples,
    filters: [0],
  });
  const tail = chunk("IDAT", Uint8Array.from({ length: 700 }, (_, i) => i % 256));
  const decoded = await decodeImage(joinBytes([plain.subarray(0, -12), tail, plain.subarray(-12)]));
  assertEquals([...decoded.data], samples);
  const damaged = plain.slice(0, -12);
  await assertRejects(() => decodeImage(joinBytes([damaged.subarray(0, -20), damaged.subarray(-12)])), SyntaxError);
});

/** All at once. */
const bled = (pixels: Pixels): Pixels => atOnce(bleedColours(pixels));

Deno.test("bleedColours() gives transparent pixels the colour of the visible ones, whatever they had", () => {
  const clear = (r: number, g: number) => [r, g, 7, 0], red = [200, 10, 20, 255];
  const picture = (r: number, g: number) =>
    ({
      data: Uint8Array.from([red, clear(r, g), clear(g, r), clear(3, r)].flat()),
      width: 2,
      height: 2,
      channels: 4,
    }) as const;
  const filled = [200, 10, 20, 0];
  assertEquals([...bled(picture(0, 255)).data], [red, filled, filled, filled].flat());
  assertEquals(bled(picture(9, 1)), bled(picture(80, 250)));
  const opaque = { data: Uint8Array.from(red), width: 1, height: 1, channels: 4 } as const;
  assertEquals(bled(opaque), opaque);
  assertEquals([...bled({ ...opaque, data: Uint8Array.of(1, 2, 3, 0) }).data], [0, 0, 0, 0]);
});

Deno.test("restore() makes the same of sprites that differ only where nothing is seen", async () => {
  await using device = await openDevice({ require: "wasm" });
  for (const task of ["upscale", "denoise"] as const) {
    await using model = await loadModel(device, await defaultModel(task as "upscale"));
    const [green, same] = [await readReported("sprite_green.png"), await readReported("sprite_same.png")];
    assertEquals((await restore(model, green!)).data, (await restore(model, same!)).data, task);
  }
});
