import fc from "fast-check";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { Ops, type SortOptions } from "../../src/ops/ops.ts";
import { columns, type Tensor } from "../../src/tensor.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { climate, Draw, SETTINGS, size } from "../arbitraries.ts";
import { DEVICES } from "../devices.ts";

/** Numbers that are kept as words, as numbers: rows of 0, 1, 2, … are gathered by them. */
async function numbersOf(ops: Ops, index: Tensor, largest: number): Promise<number[]> {
  const counted = ops.input(Float32Array.from({ length: largest + 1 }, (_, i) => i), [1, largest + 1, 1]);
  return Array.from(await ops.device.read(ops.gatherRows(counted, index)));
}

/** Sorts and reads what came of each image. */
async function sorted(device: Device, x: (ops: Ops) => Tensor, options: (ops: Ops) => SortOptions = () => ({})) {
  using _ = device.scope();
  const ops = new Ops(device), scores = x(ops), [, rows, count] = scores.shape as [number, number, number];
  const images = ops.sort(scores, options(ops));
  return await Promise.all(images.map(async ({ order, places, classes }) => ({
    order: await numbersOf(ops, order, rows),
    places: await numbersOf(ops, places, rows),
    classes: await numbersOf(ops, classes, count),
  })));
}

/** What it means. */
function wanted(x: Float32Array, noise: Float32Array | undefined, batch: number, rows: number, count: number) {
  return Array.from({ length: batch }, (_, b) => {
    const classes = Array.from({ length: rows }, (_, r) => {
      const first = (b * rows + r) * count;
      let best = -Infinity, chosen = 0;
      for (let c = 0; c < count; c++) {
        const value = Math.fround(x[first + c]! + (noise?.[first + c] ?? 0));
        if (value > best) [best, chosen] = [value, c];
      }
      return chosen;
    });
    const order = classes.map((_, r) => r).sort((a, b) => classes[a]! - classes[b]! || a - b);
    const places = new Array<number>(rows);
    order.forEach((row, place) => places[row] = place);
    return { order, places, classes };
  });
}

for (const opener of DEVICES) {
  Deno.test(`sort keeps the rows of a class in order on ${opener.name}`, async () => {
    await using device = await opener.open();
    const x = Float32Array.of(0, 2, 5, 1, 0, 3, 3, 3, -1, -2); // classes 1, 0, 1, 0 (the first of equals), 0
    assertEquals(await sorted(device, (ops) => ops.input(x, [1, 5, 2])), [
      { order: [1, 3, 4, 0, 2], places: [3, 0, 4, 1, 2], classes: [1, 0, 1, 0, 0] },
    ]);
  });

  Deno.test(`sort on ${opener.name} equals a stable sort on the host for all shapes and values`, async () => {
    await using device = await opener.open();
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.constantFrom(1, 2),
          rows: fc.oneof(size(), fc.constantFrom(64, 129, 300)),
          count: fc.oneof(size(), fc.constantFrom(64, 70)),
          noisy: fc.boolean(),
          climate: climate("saturating", "huge", "tiny", "nan"),
        }),
        async ({ batch, rows, count, noisy, climate }) => {
          const draw = new Draw(climate), lead = climate.viewed ? 3 : 0, stride = count + (climate.viewed ? 2 : 0);
          const x = draw.spiced(batch * rows * count), noise = noisy ? draw.numbers(x.length) : undefined;
          const laid = new Float32Array(lead + batch * rows * stride).fill(NaN);
          for (let r = 0; r < batch * rows; r++) laid.set(x.subarray(r * count, (r + 1) * count), lead + r * stride);
          const view = (ops: Ops): Tensor => {
            const shape = [batch, rows, stride], padded = lead ? new Float32Array(batch * rows * stride) : laid;
            if (lead) padded.set(laid.subarray(lead));
            return columns(ops.input(padded, shape), 0, count);
          };
          const mine = await sorted(
            device,
            view,
            (ops) => noise ? { noise: ops.input(noise, [batch, rows, count]) } : {},
          );
          assertEquals(mine, wanted(x, noise, batch, rows, count));
        },
      ),
      { ...SETTINGS, numRuns: opener.name === "webgpu" ? 12 : 40 },
    );
  });

  Deno.test(`sort on ${opener.name} draws classes by their probabilities, the same ones for the same seed`, async () => {
    await using device = await opener.open();
    const shares = [0.5, 0.3, 0.15, 0.05], rows = 4000;
    const scores = Float32Array.from({ length: 4 * rows }, (_, i) => Math.log(shares[i % 4]!));
    const draw = async (seed: number) =>
      (await sorted(device, (ops) => ops.input(scores, [1, rows, 4]), () => ({ seed })))[0]!.classes;
    const classes = await draw(7);
    shares.forEach((share, i) => {
      // Four standard deviations.
      assertAlmostEquals(
        classes.filter((c) => c === i).length / rows,
        share,
        4 * Math.sqrt(share * (1 - share) / rows),
      );
    });
    assertEquals(await draw(7), classes);
    const other = await draw(8);
    assertAlmostEquals(other.filter((c, i) => c === classes[i]).length / rows, 0.365, 0.04); // Σ share²: independent
  });
}

Deno.test("sort draws the same classes on every device", async () => {
  const scores = Float32Array.from({ length: 9 * 40 }, (_, i) => Math.sin(i));
  const drawn = await Promise.all(DEVICES.map(async (opener) => {
    await using device = await opener.open();
    return await sorted(device, (ops) => ops.input(scores, [1, 40, 9]), () => ({ seed: 3 }));
  }));
  for (const one of drawn) assertEquals(one, drawn[0]);
});

Deno.test("sort() says what does not fit", () => {
  const ops = new Ops(openDry());
  assertThrows(() => ops.sort(ops.empty([1, 3, 0])), TypeError, "1 to 16384 columns");
  assertThrows(() => ops.sort(ops.empty([3, 4])), TypeError, "[batch, tokens, channels]");
  const noise = ops.empty([1, 3, 5]);
  assertThrows(
    () => ops.sort(ops.empty([1, 3, 4]), { noise }),
    TypeError,
    "noise must have the shape [1, 3, 4]",
  );
});
