import { assertEquals } from "@std/assert";
import { atOnce } from "../../src/bytes/turns.ts";
import { turnUpright } from "../../src/image/orient.ts";
import type { Pixels } from "../../src/image/pixels.ts";

const stored: Pixels = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, channels: 1 };

/** What `PIL.ImageOps.exif_transpose` makes of `stored`, row by row. */
const upright: { readonly [orientation: number]: number[][] } = {
  1: [[1, 2, 3], [4, 5, 6]],
  2: [[3, 2, 1], [6, 5, 4]],
  3: [[6, 5, 4], [3, 2, 1]],
  4: [[4, 5, 6], [1, 2, 3]],
  5: [[1, 4], [2, 5], [3, 6]],
  6: [[4, 1], [5, 2], [6, 3]],
  7: [[6, 3], [5, 2], [4, 1]],
  8: [[3, 6], [2, 5], [1, 4]],
};

for (const [orientation, rows] of Object.entries(upright)) {
  Deno.test(`turnUpright() turns orientation ${orientation}`, () => {
    const { data, width, height } = atOnce(turnUpright(stored, Number(orientation)));
    assertEquals([width, height], [rows[0]!.length, rows.length]);
    assertEquals([...data], rows.flat());
  });
}

Deno.test("turnUpright() keeps the channels of a pixel and 16 bits together", () => {
  const wide: Pixels = { data: Uint16Array.of(1000, 1, 2000, 2, 3000, 3), width: 3, height: 1, channels: 2 };
  assertEquals(atOnce(turnUpright(wide, 6)), { ...wide, width: 1, height: 3 });
  assertEquals(atOnce(turnUpright(wide, 3)).data, Uint16Array.of(3000, 3, 2000, 2, 1000, 1));
});

Deno.test("turnUpright() leaves an orientation that does not exist alone", () => {
  assertEquals([0, 9, NaN].map((orientation) => atOnce(turnUpright(stored, orientation))), [stored, stored, stored]);
});
