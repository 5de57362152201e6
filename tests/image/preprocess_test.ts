import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Pixels } from "../../src/image/pixels.ts";
import { evaluate, IMAGENET_EVALUATION } from "../../src/image/preprocess.ts";
import { maxDifference, pixelsOf, readCases } from "./fixtures.ts";

for (const [name, { input, crop, corner, sum }] of await readCases("evaluate")) {
  const [resize, side] = name.split("_").slice(-2).map(Number);
  Deno.test(`evaluate() gives the crop and tensor of torchvision on PIL: ${name}`, () => {
    const result = evaluate(pixelsOf(input!), { ...IMAGENET_EVALUATION, resize: resize!, crop: side! });
    assertEquals(maxDifference(result.crop.data, crop!.data), 0);
    const [rows, columns] = corner!.shape;
    for (let y = 0; y < rows!; y++) {
      const line = result.tensor.subarray(y * side! * 3, (y * side! + columns!) * 3);
      assertEquals(maxDifference(line, corner!.data.subarray(y * columns! * 3, (y + 1) * columns! * 3)), 0);
    }
    const total = result.tensor.reduce((a, v) => a + v, 0),
      absolute = result.tensor.reduce((a, v) => a + Math.abs(v), 0);
    assertAlmostEquals(total, sum!.data[0]!, 1e-6 * sum!.data[1]!);
    assertAlmostEquals(absolute, sum!.data[1]!, 1e-6 * sum!.data[1]!);
  });
}

const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** A grey image whose samples are their column (or row) number. */
const ramp = (width: number, height: number, along: "x" | "y"): Pixels => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => along === "x" ? i % width : Math.floor(i / width)),
  width,
  height,
  channels: 1,
});

Deno.test("evaluate() rounds half a pixel of offset to the even one", () => {
  for (const [size, first] of [[5, 0], [7, 2], [9, 2], [11, 4], [6, 1]] as const) {
    const { crop } = evaluate(ramp(size, 4, "x"), { ...plain, resize: [4, size], crop: [4, 4] });
    assertEquals(crop.data[0], first, `offset in ${size} columns`);
  }
});

Deno.test("evaluate() truncates the longer side", () => {
  const { crop } = evaluate(ramp(3, 5, "y"), { ...plain, resize: 4, crop: [6, 4] });
  const tall = evaluate(ramp(3, 5, "y"), { ...plain, resize: [6, 4], crop: [6, 4] });
  assertEquals(crop.data, tall.crop.data); // 4 · 5 / 3 = 6.67
});

Deno.test("evaluate() cuts a crop that is not square", () => {
  const { crop, tensor } = evaluate(ramp(8, 6, "x"), { ...plain, resize: [6, 8], crop: [2, 4] });
  assertEquals([crop.width, crop.height, crop.channels, tensor.length], [4, 2, 3, 24]);
  assertEquals([...crop.data.filter((_, i) => i % 3 === 0)], [2, 3, 4, 5, 2, 3, 4, 5]);
});

Deno.test("evaluate() pads with black where the image is smaller than the crop", () => {
  const white: Pixels = { data: new Uint8Array(2).fill(255), width: 2, height: 1, channels: 1 };
  const { crop } = evaluate(white, { ...plain, resize: [1, 2], crop: [4, 4] });
  const lit = [...crop.data.filter((_, i) => i % 3 === 0).entries()].filter(([, v]) => v > 0).map(([i]) => i);
  assertEquals(lit, [5, 6]); // rows (4 − 1) >> 1 = 1, columns (4 − 2) >> 1 = 1
});

Deno.test("evaluate() puts alpha over white, replicates grey and takes 16 bits", () => {
  const options = { ...plain, resize: 1, crop: 1 };
  const clear: Pixels = { data: Uint8Array.of(10, 20, 30, 0), width: 1, height: 1, channels: 4 };
  assertEquals([...evaluate(clear, options).crop.data], [255, 255, 255]);
  const half: Pixels = { data: Uint8Array.of(0, 128), width: 1, height: 1, channels: 2 };
  assertEquals([...evaluate(half, options).crop.data], [127, 127, 127]);
  const wide: Pixels = { data: Uint16Array.of(65535, 257, 0), width: 1, height: 1, channels: 3 };
  assertEquals([...evaluate(wide, options).crop.data], [255, 1, 0]);
});

Deno.test("evaluate() takes a single pixel", () => {
  const dot: Pixels = { data: Uint8Array.of(7, 8, 9), width: 1, height: 1, channels: 3 };
  const { crop } = evaluate(dot, IMAGENET_EVALUATION);
  assertEquals([...crop.data.subarray(0, 3)], [7, 8, 9]);
  assertEquals(crop.data.length, 224 * 224 * 3);
});

Deno.test("evaluate() refuses a size that is no size", () => {
  const dot: Pixels = { data: Uint8Array.of(7), width: 1, height: 1, channels: 1 };
  assertThrows(() => evaluate(dot, { ...plain, resize: 0, crop: 1 }), RangeError, "positive integers");
  assertThrows(() => evaluate(dot, { ...plain, resize: 4, crop: 1.5 }), RangeError, "positive integers");
});

Deno.test("evaluate() refuses an image so thin that resizing would explode it", () => {
  const thread: Pixels = { data: new Uint8Array(1_000_000), width: 1_000_000, height: 1, channels: 1 };
  assertThrows(() => evaluate(thread, IMAGENET_EVALUATION), RangeError, "from 1000000x1");
});
