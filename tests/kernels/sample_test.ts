import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ops, type SampleOptions } from "../../src/ops/ops.ts";
import { columns } from "../../src/tensor.ts";
import { uniform } from "../../src/kernels/random.ts";
import { DEVICES, ORACLE } from "../devices.ts";
import { example } from "../laws/conformance.ts";

example(
  "sample takes the largest logit of each row, the first of equal ones, never a NaN",
  (ops) => ops.sample(ops.input(Float32Array.of(1, 3, 3, -1, NaN, -2, NaN, NaN, NaN), [3, 3])),
  [1, 0, -1],
);

example(
  "sample with topK 1 is the largest at any temperature",
  (ops) => ops.sample(ops.input(Float32Array.of(1, 3, 2, -5, -6, -4), [2, 3]), { temperature: 5, topK: 1, seed: 9 }),
  [1, 2],
);

/** Logits of a vocabulary, in quarters so that many are equal. */
function logits(rows: number, columns: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: rows * columns }, () => Math.round(40 * next()) / 4);
}

const CHOICES: readonly SampleOptions[] = [
  {},
  { temperature: 1 },
  { temperature: 0.7, topK: 5 },
  { temperature: 1.5, topP: 0.6 },
  { temperature: 2, topK: 50, topP: 0.35 },
];

for (const { name, open } of DEVICES) {
  Deno.test(`sample draws what the reference draws, on ${name}`, async () => {
    await using device = await open();
    await using oracle = await ORACLE.open();
    for (const columns of [1, 7, 300, 1111]) {
      for (const [i, choice] of CHOICES.entries()) {
        const x = logits(4, columns, columns + i), drawn: Float32Array[] = [];
        for (const each of [device, oracle]) {
          using _ = each.scope();
          const ops = new Ops(each);
          drawn.push(await each.read(ops.sample(ops.input(x, [4, columns]), { ...choice, seed: 77 * i })));
        }
        assertEquals(drawn[0], drawn[1], `${columns} columns, ${JSON.stringify(choice)}`);
      }
    }
  });

  Deno.test(`sample follows the probabilities and keeps no other index, on ${name}`, async () => {
    await using device = await open();
    using _ = device.scope();
    const ops = new Ops(device), rows = 1000, chances = [0.5, 0.25, 0.125, 0.125];
    const row = chances.map((chance) => Math.log(chance));
    const x = ops.input(Float32Array.from({ length: 5 * rows }, (_, i) => row[i % 5] ?? NaN), [rows, 5]);
    const shares = async (options: SampleOptions): Promise<number[]> => {
      const drawn = await device.read(ops.sample(columns(x, 0, 4), { temperature: 1, seed: 4, ...options }));
      return chances.map((_, i) => drawn.filter((index) => index === i).length / rows);
    };
    (await shares({})).forEach((share, i) => assert(Math.abs(share - chances[i]!) < 0.06, `${i}: ${share}`));
    const [a, b, ...none] = await shares({ topP: 0.7 });
    assertEquals(none, [0, 0]);
    assert(Math.abs(a! - 2 / 3) < 0.06 && Math.abs(b! - 1 / 3) < 0.06);
    // The third and the fourth are equal: both are kept, or none.
    const tied = await shares({ topK: 3 });
    assert(tied[2]! > 0.09 && tied[3]! > 0.09, `${tied}`);
  });
}

Deno.test("sample refuses what it has no meaning for", async () => {
  await using device = await ORACLE.open();
  using _ = device.scope();
  const ops = new Ops(device), x = ops.zeros([1, 4]);
  assertThrows(() => ops.sample(x, { temperature: -1 }), RangeError, "temperature must be at least 0");
  assertThrows(() => ops.sample(x, { topK: 1.5 }), RangeError, "topK must be a whole number");
  assertThrows(() => ops.sample(x, { topP: 0 }), RangeError, "topP must be above 0 and at most 1");
  assertThrows(() => ops.sample(x, { seed: -1 }), RangeError, "seed must be a whole number");
  assertThrows(() => ops.sample(ops.zeros([1, 0])), TypeError, "Cannot run sample as x must have 1 to");
});
