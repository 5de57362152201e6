/** Time left, with simulated clocks: what a busy machine does to it, and what it does not. */
import { assert, assertEquals } from "@std/assert";
import { openTimeLeft } from "../../site/app/time_left.ts";

/** Reports of a run: how much is done after so many milliseconds. */
type Run = readonly (readonly [fraction: number, at: number])[];

/** A run of `steps` equal parts, each of which takes as long as `cost` says at that moment, after a start of its own. */
function run(steps: number, start: number, cost: (now: number, step: number) => number): Run {
  const reports: [number, number][] = [[0, 0]];
  let now = start;
  for (let step = 1; step <= steps; step++) reports.push([step / steps, now += cost(now, step)]);
  return reports;
}

/** Largest error of the time left between two shares of a run, as a share of what is really left. */
function worst(reports: Run, from: number, to: number, expected?: number): number {
  const left = openTimeLeft(expected), end = reports.at(-1)![1];
  return Math.max(
    0,
    ...reports.map(([fraction, at]) => {
      const told = left(fraction, at);
      return fraction < from || fraction > to ? 0 : Math.abs(told! - (end - at)) / (end - at);
    }),
  );
}

Deno.test("openTimeLeft() is exact on a steady machine after the first tenth, whatever the start took", () => {
  for (const start of [0, 500, 5000]) assert(worst(run(200, start, () => 50), 0.1, 0.99) < 1e-9, `start of ${start}`);
});

Deno.test("openTimeLeft() is within 30 % after the first tenth while other work comes and goes on all cores", () => {
  for (let seed = 1; seed <= 300; seed++) {
    // Pieces of up to a second and a bit, in each of which others leave between a half and all of the machine.
    let random = seed, speed = 1, until = 0;
    const next = () => (random = random * 48271 % 2147483647) / 2147483647;
    next();
    const start = 2000 * next(), expected = [undefined, 0.3, 3][seed % 3];
    const reports = run(600, start, (now) => {
      if (now >= until) [speed, until] = [0.5 + 0.5 * next(), now + 300 + 900 * next()];
      return 100 / speed;
    });
    const error = worst(reports, 0.1, 0.95, expected && expected * reports.at(-1)![1]);
    assert(error <= 0.3, `seed ${seed}: ${error}`);
  }
});

Deno.test("openTimeLeft() follows a machine that becomes half or twice as fast within a quarter of the run", () => {
  for (const cost of [40, 160]) {
    const reports = run(400, 0, (_, step) => step <= 160 ? 80 : cost); // at two fifths
    assert(worst(reports, 0.65, 0.95) <= 0.3, `${worst(reports, 0.65, 0.95)}`);
  }
});

Deno.test("openTimeLeft() is within 30 % where work is reported tile by tile only", () => {
  assert(worst(run(16, 800, (_, step) => 1000 + 60 * (step % 3)), 0.1, 0.95) <= 0.3);
});

Deno.test("openTimeLeft() says what was expected at first, and nothing where nothing is known", () => {
  assertEquals(openTimeLeft()(0, 0), undefined);
  const left = openTimeLeft(10_000);
  assertEquals(left(0, 0), 10_000);
  left(0.05, 250);
  assertEquals(left(0.1, 500), 4500); // the run itself is twice as fast
});
