import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { resizeBicubic } from "../../src/image/resize.ts";
import { atOnce } from "../../src/bytes/turns.ts";
import { openPainter, sampleArea } from "../../src/restore/samples.ts";

const grey = { data: Uint8Array.of(0, 51, 102, 153, 204, 255), width: 3, height: 2, channels: 1 } as const;
const colour = { data: Uint8Array.of(255, 0, 0, 0, 255, 0), width: 2, height: 1, channels: 3 } as const;
const whole = { x: 0, y: 0, width: 2, height: 1 };

const close = (actual: ArrayLike<number>, expected: readonly number[]) => {
  assertEquals(actual.length, expected.length);
  expected.forEach((value, i) => assertAlmostEquals(actual[i]!, value, 1e-6));
};

const painterOf = (...given: Parameters<typeof openPainter>) => atOnce(openPainter(...given));

Deno.test("sampleArea() reflects past the lower and the right border without repeating it", () => {
  close(sampleArea(grey, { x: 1, y: 0, width: 4, height: 3 }, 1), [
    ...[0.2, 0.4, 0.2, 0],
    ...[0.8, 1, 0.8, 0.6],
    ...[0.2, 0.4, 0.2, 0],
  ]);
});

Deno.test("sampleArea() of a single pixel is that pixel everywhere", () => {
  const pixel = { data: Uint8Array.of(51), width: 1, height: 1, channels: 1 } as const;
  close(sampleArea(pixel, { x: 0, y: 0, width: 2, height: 2 }, 1), [0.2, 0.2, 0.2, 0.2]);
});

Deno.test("sampleArea() gives a colour model grey three times, a one-channel model the luma of colour", () => {
  close(sampleArea(grey, { x: 1, y: 0, width: 1, height: 1 }, 3), [0.2, 0.2, 0.2]);
  close(sampleArea(colour, whole, 1), [0.299, 0.587]);
});

Deno.test("sampleArea() keeps all 16 bits and leaves alpha out", () => {
  const deep = { data: Uint16Array.of(1, 2, 3, 0, 65535, 0, 0, 9), width: 2, height: 1, channels: 4 } as const;
  close(sampleArea(deep, whole, 3), [1 / 65535, 2 / 65535, 3 / 65535, 1, 0, 0]);
});

Deno.test("paint() clamps and rounds half to even", () => {
  const painter = painterOf({ data: new Uint8Array(4), width: 4, height: 1, channels: 1 }, 1, 1);
  const values = Float32Array.of(-1, 2, 0.5 / 255, 1.5 / 255);
  assertEquals([...painter.paint(values, { x: 0, y: 0, width: 4, height: 1 }).data], [0, 255, 0, 2]);
});

Deno.test("paint() makes one channel of what a colour model makes of grey", () => {
  const painter = painterOf({ data: Uint8Array.of(9), width: 1, height: 1, channels: 1 }, 3, 1);
  assertEquals([...painter.paint(Float32Array.of(1, 0, 0), { x: 0, y: 0, width: 1, height: 1 }).data], [76]);
});

Deno.test("paint() keeps the chroma of colour through a one-channel model", () => {
  const painter = painterOf(colour, 1, 1);
  // The same luma gives the same colours; more luma lifts all three alike.
  assertEquals([...painter.paint(Float32Array.of(0.299, 0.587), whole).data], [...colour.data]);
  const lifted = painter.paint(Float32Array.of(0.299 + 20 / 255, 0.587), whole).data;
  assertEquals([...lifted], [255, 20, 20, 0, 255, 0]);
});

Deno.test("paint() makes alpha larger by bicubic, and keeps an opaque one opaque", () => {
  const data = Uint8Array.of(9, 255, 9, 0, 9, 255, 9, 0), area = { x: 0, y: 0, width: 4, height: 4 };
  const image = { data, width: 2, height: 2, channels: 2 } as const;
  const painted = painterOf(image, 1, 2).paint(new Float32Array(16), area);
  const alpha = resizeBicubic({ data: Uint8Array.of(255, 0, 255, 0), width: 2, height: 2, channels: 1 }, 4, 4);
  assertEquals([...painted.data].filter((_, i) => i % 2 === 1), [...alpha.data]);
  const opaque = painterOf({ ...image, data: data.map((value, i) => i % 2 ? 255 : value) }, 1, 2);
  assertEquals(opaque.bytes, 0);
  assert(opaque.paint(new Float32Array(16), area).data.every((value, i) => value === (i % 2 ? 255 : 0)));
});
