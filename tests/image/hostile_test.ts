import { assertRejects, assertThrows } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { evaluate, IMAGENET_EVALUATION } from "../../src/image/preprocess.ts";

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
