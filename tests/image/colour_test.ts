import { assert, assertEquals } from "@std/assert";
import { channelOf, measuredLuma, overWhite, type Pixels8, to8Bit, toChannels } from "../../src/image/colour.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";

const pixel = (channels: Channels, ...samples: number[]): Pixels => ({
  data: Uint8Array.from(samples),
  width: samples.length / channels,
  height: 1,
  channels,
});

Deno.test("to8Bit() rounds 16 bits to the nearest of 256 and leaves 8 bits alone", () => {
  const wide: Pixels = { data: Uint16Array.of(0, 128, 129, 257, 32768, 65535), width: 6, height: 1, channels: 1 };
  assertEquals([...to8Bit(wide).data], [0, 0, 1, 1, 128, 255]);
  const narrow = pixel(1, 9);
  assert(to8Bit(narrow) === narrow);
});

Deno.test("overWhite() rounds the blend to the nearest, for every sample and alpha", () => {
  const data = Uint8Array.from({ length: 256 * 256 * 2 }, (_, i) => i % 2 ? (i >> 1) & 255 : i >> 9);
  const blended = overWhite({ data, width: 256, height: 256, channels: 2 });
  assertEquals(blended.channels, 1);
  for (let i = 0; i < 65536; i++) {
    const value = data[2 * i]!, alpha = data[2 * i + 1]!;
    assertEquals(blended.data[i], Math.round((value * alpha + 255 * (255 - alpha)) / 255));
  }
});

Deno.test("toChannels() replicates grey, takes Pillow's luma of colour, and adds or drops alpha", () => {
  assertEquals([...toChannels(pixel(1, 7), 3).data], [7, 7, 7]);
  assertEquals([...toChannels(pixel(2, 7, 8), 4).data], [7, 7, 7, 8]);
  assertEquals([...toChannels(pixel(3, 1, 2, 3), 4).data], [1, 2, 3, 255]);
  assertEquals([...toChannels(pixel(4, 1, 2, 3, 4), 3).data], [1, 2, 3]);
  // PIL.Image.fromarray(…).convert("L")
  assertEquals([...toChannels(pixel(3, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255), 1).data], [76, 150, 29, 255]);
  const wide: Pixels = { data: Uint16Array.of(65535, 65535, 65535), width: 1, height: 1, channels: 3 };
  assertEquals([...toChannels(wide, 2).data], [65535, 65535]);
});

Deno.test("channelOf() takes one channel in its depth", () => {
  assertEquals([...channelOf(pixel(4, 1, 2, 3, 4, 5, 6, 7, 8), 3).data], [4, 8]);
  const wide: Pixels = { data: Uint16Array.of(1, 65535), width: 1, height: 1, channels: 2 };
  assertEquals(channelOf(wide, 1).data, Uint16Array.of(65535));
});

Deno.test("measuredLuma() runs from 16 to 235 and keeps grey files as they are", () => {
  const [black, white] = measuredLuma(pixel(3, 0, 0, 0, 255, 255, 255) as Pixels8);
  assert(Math.abs(black! - 16) < 1e-4 && Math.abs(white! - 235) < 1e-4);
  assertEquals([...measuredLuma(pixel(1, 0, 77, 255) as Pixels8)].map(Math.round), [0, 77, 255]);
});
