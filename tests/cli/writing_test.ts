/** What is left of a picture, its file included, with simulated clocks. */
import { assert, assertEquals } from "@std/assert";
import { watchWriting, type Written } from "../../src/cli/writing.ts";
import { ENCODE } from "../../src/image/work.ts";
import { type Progress, progressOf } from "../../src/progress.ts";
import { openPace } from "../../src/restore/pace.ts";

/** What was told of a picture whose tiles take `run` seconds, a slow first piece besides, and whose file takes `writing`. */
function tell(file: Written, run: number, writing: number): { at: number; told: Progress }[] {
  const seen: { at: number; told: Progress }[] = [], steps = 100;
  let now = 0;
  const pace = openPace(() => 1000 * now);
  const watched = watchWriting(file, (told) => seen.push({ at: now, told }), () => 1000 * now);
  for (let step = 1; step <= steps; step++) {
    now += run / steps * (step <= 4 ? 3 : 1);
    const fraction = step / steps;
    watched.onProgress({
      ...progressOf("restore", step === steps ? 1 : 0, 1, fraction),
      ...pace(fraction, file.megapixels),
    });
  }
  now += writing;
  watched.done();
  return seen;
}

/** Largest error of what is left after the first tenth, as a share of what is left. */
function worst(seen: ReturnType<typeof tell>): number {
  const end = seen.at(-1)!.at, after = seen.filter(({ at, told }) => at < end && told.fraction >= 0.1);
  return Math.max(...after.map(({ at, told }) => Math.abs(told.left! - (end - at)) / (end - at)));
}

Deno.test("watchWriting() counts the file from the start, by its pixels, and says that all is done once it is there", () => {
  for (const kind of ["jpeg", "webp", "lossless", "png"] as const) {
    const writing = ENCODE[kind] * 6 / 1000;
    for (const run of [0.2, 2, 60]) {
      const file = { kind, megapixels: 6, cost: 0 };
      const seen = tell(file, run, writing), shares = seen.map(({ told }) => told.fraction);
      assert(worst(seen) < 0.3, `${kind} after ${run} s: ${worst(seen)}`);
      assertEquals(shares, shares.toSorted((a, b) => a - b));
      assert(shares.at(-2)! < 1);
      assertEquals([shares.at(-1), seen.at(-1)!.told.left], [1, 0]);
    }
  }
});

Deno.test("watchWriting() expects of the next file what the last one took", () => {
  const file = { kind: "webp", megapixels: 12, cost: 0 } as const, usual = ENCODE.webp * 12 / 1000;
  tell(file, 5, 3 * usual);
  assert(worst(tell(file, 5, 3 * usual)) < 0.1);
  tell(file, 5, usual);
  assert(worst(tell(file, 5, usual)) < 0.1);
  // A small file says nothing of large ones.
  tell({ ...file, megapixels: 0.001 }, 5, 1);
  assert(worst(tell(file, 5, usual)) < 0.1);
});

Deno.test("watchWriting() expects of slow cores that they are slow at writing, too", () => {
  const cost = 10_000;
  for (const slow of [0.5, 4]) {
    const file = { kind: "lossless", megapixels: 8, cost } as const;
    assert(worst(tell(file, slow * cost / 1000, slow * ENCODE.lossless * 8 / 1000)) < 0.3, `${slow} times as slow`);
  }
});
