import { assertEquals } from "@std/assert";
import { tooSlow } from "../../bench/check.ts";
import { medianOf, spreadOf } from "../../bench/median.ts";

Deno.test("bench --check fails beyond 10 % of the expected ratio, and for kernels that are gone", () => {
  const expected = { linear: 0.9, scan: 0.8, conv2d: 0.5 };
  assertEquals(tooSlow({ linear: 0.82, scan: 0.9, conv2d: 0.46 }, expected), []);
  assertEquals(tooSlow({ linear: 0.8, scan: 0.9 }, expected), [
    "linear: 80 % of its rival, expected 90 %",
    "conv2d: it is no longer measured",
  ]);
});

Deno.test("medians and spreads of a benchmark are those of its runs", () => {
  assertEquals([medianOf([9, 1, 5]), spreadOf([4, 5, 6])], [5, 0.5]);
});

Deno.test("docs/performance.md has a place for every table that benchmarks write", async () => {
  const text = await Deno.readTextFile("docs/performance.md");
  const places = [...text.matchAll(/<!-- (\w+):begin -->\n[^]*?<!-- \1:end -->/g)].map(([, name]) => name);
  assertEquals(places, ["peers", "layers", "threads", "restore", "before"]);
});
