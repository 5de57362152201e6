import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { watchBatch } from "../../src/restore/overall.ts";
import { openPace } from "../../src/restore/pace.ts";
import { passesFor } from "../../src/restore/size.ts";

Deno.test("openPace() tells the time left within 30 % after the first tenth, whatever the start takes", () => {
  for (const start of [0, 500, 3000]) {
    for (const total of [2000, 60_000]) {
      let now = 0;
      const pace = openPace(() => now);
      // The first hundredth takes longer: shaders and code are compiled.
      for (let step = 0; step <= 200; step++) {
        const fraction = step / 200, end = start + total;
        now = step === 0 ? 0 : start + fraction * total;
        const { left, megapixelsPerSecond } = pace(fraction, 12);
        if (fraction < 0.1) continue;
        assert(Math.abs(left! - (end - now) / 1000) <= 0.3 * (end - now) / 1000 + 1e-9, `${left} at ${fraction}`);
        assertAlmostEquals(megapixelsPerSecond, 12 * fraction / (now / 1000), 1e-9);
      }
    }
  }
});

/** Work in steps of those sizes, at a speed that depends on what is done; shares of it at which the time left is off. */
function missed(steps: readonly number[], speed: (done: number) => number): number[] {
  const total = steps.reduce((a, b) => a + b, 0), ends: { fraction: number; at: number }[] = [];
  let done = 0, now = 0;
  for (const step of steps) {
    now += 1000 * step / speed(done / total);
    ends.push({ fraction: (done += step) / total, at: now });
  }
  const end = now;
  now = 0;
  const pace = openPace(() => now), off: number[] = [];
  for (const { fraction, at } of ends) {
    now = at;
    const { left } = pace(Math.min(1, fraction), 1), wanted = (end - now) / 1000;
    if (fraction >= 0.1 && Math.abs(left! - wanted) > 0.3 * wanted + 1e-6) off.push(fraction);
  }
  return off;
}

const EVEN = Array.from({ length: 200 }, () => 1);
/** Tiles of a last column and row that are narrower, reported in slices. */
const UNEQUAL = Array.from({ length: 40 }, (_, tile) => [tile % 5 === 4 ? 0.2 : 1, 0.7, 1.9]).flat();

Deno.test("openPace() tells the time left within 30 % where the machine slows down or speeds up as it goes", () => {
  for (const steps of [EVEN, UNEQUAL]) {
    assertEquals(missed(steps, () => 1), []);
    assertEquals(missed(steps, (done) => 1 - 0.4 * done), [], "slower");
    assertEquals(missed(steps, (done) => 1 + 0.4 * done), [], "faster");
    assertEquals(missed(steps, (done) => 1 + 0.25 * Math.sin(60 * done)), [], "in waves");
  }
});

Deno.test("openPace() forgets a slow start, and a speed that the machine no longer has", () => {
  for (const steps of [EVEN, UNEQUAL]) {
    // The first run compiles its code, threads come up one after the other.
    for (const slower of [2, 3, 6]) {
      assertEquals(missed(steps, (done) => done < 0.05 ? 1 / slower : 1), [], `${slower} times slower`);
    }
    assertEquals(missed(steps, (done) => Math.min(1, 0.25 + 15 * done)), [], "threads");
    // Nobody knows of a change before; a tenth of the work after it all is told again.
    for (const change of [0.5, 1.8]) {
      const off = missed(steps, (done) => done < 0.4 ? 1 : change);
      assert(off.every((at) => at < 0.55), `${change}: ${off}`);
    }
  }
});

Deno.test("openPace() knows nothing before anything is done, and that nothing is left at the end", () => {
  let now = 0;
  const pace = openPace(() => now);
  assertEquals(pace(0, 1), { megapixelsPerSecond: 0, left: undefined });
  now = 1000;
  assertEquals(pace(1, 5), { megapixelsPerSecond: 5, left: 0 });
});

Deno.test("watchBatch() counts images by their megapixels, unknown ones as the mean, failed ones as done", () => {
  let now = 0;
  const overall = watchBatch([1, 0, 3], undefined, () => now);
  now = 1000;
  assertEquals(overall.at(0, { fraction: 0.5 }).fraction, 0.5 / 6);
  overall.done(0);
  overall.done(1);
  now = 3000;
  const { phase, fraction, loaded, total, left } = overall.at(2, { fraction: 1 / 3 });
  assertEquals([phase, fraction, loaded, total], ["batch", 4 / 6, 2, 3]);
  assert(left! > 0.8 && left! < 2.1, `${left}`);
  overall.done(2);
  assertEquals([overall.now().fraction, overall.now().left], [1, 0]);
});

Deno.test("passesFor() takes the smallest product that reaches a growth, and the fewest nets of these", () => {
  const nets = [2, 3, 4];
  for (
    const [growth, passes] of [
      [0.5, []],
      [1, []],
      [1.1, [2]],
      [2, [2]],
      [2.5, [3]],
      [4, [4]],
      [4.5, [2, 3]],
      [6.1, [2, 4]],
      [8, [2, 4]],
      [9, [3, 3]],
      [16, [4, 4]],
      [33, [3, 3, 4]],
      [64, [4, 4, 4]],
    ] as const
  ) assertEquals(passesFor(growth, nets), [...passes], `${growth}`);
  assertEquals(passesFor(3, [2]), [2, 2]);
});
