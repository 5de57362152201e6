import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { psnr, ssim } from "../../src/image/metrics.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { pixelsOf, readCases } from "./fixtures.ts";

for (const [name, stored] of await readCases("metrics")) {
  const crop = Number(name.match(/crop(\d+)$/)![1]);
  for (
    const [part, measure, luma] of [
      ["psnr_rgb", psnr, false],
      ["psnr_y", psnr, true],
      ["ssim_rgb", ssim, false],
      ["ssim_y", ssim, true],
    ] as const
  ) {
    Deno.test(`${measure.name}() gives the published metric: ${name} ${part}`, () => {
      const value = measure(pixelsOf(stored.a!), pixelsOf(stored.b!), { crop, luma });
      const golden = stored[part]!.data[0]!;
      assert(Math.abs(value - golden) <= 1e-6 * golden, `${value} differs from golden ${golden}`);
    });
  }
}

const grey = (width: number, height: number, sample: (i: number) => number): Pixels => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => sample(i)),
  width,
  height,
  channels: 1,
});

Deno.test("psnr() is infinite and ssim() is one for equal images", () => {
  const noise = grey(13, 12, (i) => (i * 89) % 256);
  assertEquals(psnr(noise, noise), Infinity);
  assertAlmostEquals(ssim(noise, noise), 1, 1e-12);
});

Deno.test("psnr() follows from the mean squared error", () => {
  assertAlmostEquals(psnr(grey(4, 4, () => 10), grey(4, 4, () => 15)), 20 * Math.log10(255 / 5), 1e-12);
});

Deno.test("psnr() leaves the border out", () => {
  const flat = grey(5, 5, () => 100);
  const framed = grey(5, 5, (i) => i % 5 === 0 || i % 5 === 4 || i < 5 || i >= 20 ? 0 : 101);
  assertAlmostEquals(psnr(flat, framed, { crop: 1 }), 20 * Math.log10(255), 1e-12);
});

Deno.test("ssim() of flat images is the luminance term", () => {
  const c1 = (0.01 * 255) ** 2;
  const value = ssim(grey(11, 11, () => 50), grey(11, 11, () => 70));
  assertAlmostEquals(value, (2 * 50 * 70 + c1) / (50 ** 2 + 70 ** 2 + c1), 1e-9);
});

Deno.test("psnr() and ssim() refuse images that differ in size or colour, and crops that leave nothing", () => {
  const small = grey(4, 4, () => 0);
  const rgb: Pixels = { data: new Uint8Array(48), width: 4, height: 4, channels: 3 };
  assertThrows(() => psnr(small, grey(4, 5, () => 0)), TypeError, "4x4x1 and 4x5x1");
  assertThrows(() => psnr(small, rgb), TypeError, "same size and colour");
  assertThrows(() => psnr(small, small, { crop: 2 }), RangeError, "crop must be an integer");
  assertThrows(() => psnr(small, small, { crop: -1 }), RangeError, "current value is -1");
  assertThrows(() => ssim(small, small), RangeError, "at least 11x11");
});
