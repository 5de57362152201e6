import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { resizeBicubic, resizeBicubicTorch } from "../../src/image/resize.ts";
import { maxDifference, pixelsOf, readCases } from "./fixtures.ts";

const RUNS = { seed: 20240603, numRuns: 60 };

for (const [name, { input, output }] of await readCases("resize")) {
  Deno.test(`resizeBicubic() gives Pillow's bytes: ${name}`, () => {
    const [height, width] = output!.shape;
    const resized = resizeBicubic(pixelsOf(input!), width!, height!);
    assertEquals([resized.height, resized.width, resized.channels], [...output!.shape]);
    assertEquals(maxDifference(resized.data, output!.data), 0);
  });
}

Deno.test("resizeBicubic() keeps a flat image flat at any size", () => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom<1 | 2 | 3 | 4>(1, 2, 3, 4),
      (value, width, height, newWidth, newHeight, channels) => {
        const data = new Uint8Array(width * height * channels).fill(value);
        const resized = resizeBicubic({ data, width, height, channels }, newWidth, newHeight);
        assertEquals(resized.data, new Uint8Array(newWidth * newHeight * channels).fill(value));
      },
    ),
    RUNS,
  );
});

Deno.test("resizeBicubic() treats each channel alone", () => {
  const size = { width: 5, height: 4 };
  const grey = Uint8Array.from({ length: 20 }, (_, i) => (i * 37) % 256);
  const rgba = Uint8Array.from({ length: 80 }, (_, i) => i % 4 === 2 ? grey[i >> 2]! : 9);
  const one = resizeBicubic({ data: grey, ...size, channels: 1 }, 7, 3);
  const four = resizeBicubic({ data: rgba, ...size, channels: 4 }, 7, 3);
  assertEquals(four.data.filter((_, i) => i % 4 === 2), one.data);
});

Deno.test("resizeBicubic() refuses 16 bit samples and empty sizes", () => {
  const wide = { data: new Uint16Array(4), width: 2, height: 2, channels: 1 } as const;
  assertThrows(() => resizeBicubic(wide, 1, 1), TypeError, "must have 8 bits a sample");
  const narrow = { ...wide, data: new Uint8Array(4) };
  assertThrows(() => resizeBicubic(narrow, 0, 1), RangeError, "positive integers");
});

Deno.test("resizeBicubicTorch() leaves a grid of the same size as it is", () => {
  const grid = Float32Array.from({ length: 3 * 4 * 2 }, (_, i) => Math.sin(i));
  assertEquals(resizeBicubicTorch(grid, [3, 4, 2], [3, 4]), grid);
});

Deno.test("resizeBicubicTorch() weighs four taps with a = −0.75 and clamps at the edges", () => {
  const doubled = resizeBicubicTorch(Float32Array.of(0, 1, 2, 3), [1, 4, 1], [1, 8]);
  const near = [-0.10546875, 0.87890625, 0.26171875, -0.03515625]; // cubic at 1.25, 0.25, 0.75, 1.75
  const weigh = (taps: number[]) => near.reduce((sum, weight, k) => sum + weight * taps[k]!, 0);
  assertAlmostEquals(doubled[3]!, weigh([0, 1, 2, 3]), 1e-6);
  assertAlmostEquals(doubled[1]!, weigh([0, 0, 1, 2]), 1e-6);
  assertAlmostEquals(doubled[6]!, weigh([3, 3, 2, 1]), 1e-6);
});

Deno.test("resizeBicubicTorch() refuses a grid of another size", () => {
  assertThrows(() => resizeBicubicTorch(new Float32Array(5), [2, 3, 1], [4, 4]), TypeError, "current length is 5");
});
