import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  blendedSpans,
  mostSpans,
  officialSpans,
  RAMP,
  SEAMS,
  seenPixels,
  SHORTEST,
  type Span,
  spanLength,
} from "../../src/restore/tiling.ts";
import { defaultModel } from "../../src/default_model.ts";
import { loadModel } from "../../src/load_model.ts";
import { openDevice } from "../../src/open_device.ts";
import { planTiles } from "../../src/restore/plan_tiles.ts";
import { SETTINGS } from "../arbitraries.ts";

/** A length, a number of spans it may be cut into, and what sides divide by. */
const cuts = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.nat(), fc.constantFrom(1, 8)).map((
  [length, pick, multiple],
) => ({
  length,
  count: 1 + pick % mostSpans(length),
  multiple,
}));

/** What every split must hold: parts that count lie one after the other, inside of what is seen. */
function assertSplit(spans: readonly Span[], length: number): void {
  assertEquals(spans[0]!.rise, [0, 0]);
  assertEquals(spans.at(-1)!.fall, [length, length]);
  spans.forEach(({ start, end, rise, fall }, i) => {
    assert(start <= rise[0] && rise[1] <= fall[0] && Math.min(fall[1], length) <= end, JSON.stringify(spans[i]));
    if (i > 0) assertEquals(rise, spans[i - 1]!.fall);
  });
}

Deno.test("blendedSpans() cuts any length into spans that fade one after the other, never three at once", () => {
  fc.assert(
    fc.property(cuts, ({ length, count, multiple }) => {
      const spans = blendedSpans(length, count, multiple);
      assertEquals(spans.length, count);
      assertSplit(spans, length);
      for (const { start, end } of spans) {
        assertEquals([(end - start) % multiple, end - start], [0, spanLength(length, count, multiple)]);
        assert(end <= Math.ceil(length / multiple) * multiple);
      }
    }),
    SETTINGS,
  );
});

Deno.test("blendedSpans() leaves a margin of context on both sides of every fade", () => {
  const spans = blendedSpans(1000, 5);
  for (const [i, { start, rise }] of spans.entries()) {
    if (i === 0) continue;
    assertEquals(rise[1] - rise[0], RAMP);
    assert(rise[0] - start >= 12 && spans[i - 1]!.end - rise[1] >= 12);
  }
});

Deno.test("blendedSpans() leaves the margin and the fade of every seam", () => {
  for (const seam of SEAMS) {
    const spans = blendedSpans(1000, 5, 1, seam);
    assertSplit(spans, 1000);
    for (const [i, { start, rise }] of spans.entries()) {
      if (i === 0) continue;
      assertEquals(rise[1] - rise[0], seam.ramp);
      assert(rise[0] - start >= seam.margin && spans[i - 1]!.end - rise[1] >= seam.margin);
    }
  }
});

Deno.test("planTiles() lets an image be seen at most a tenth more than once, where memory makes many tiles", async () => {
  await using device = await openDevice({ require: "wasm", threads: 1 });
  await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
  for (const [width, height] of [[640, 427], [1000, 1000], [2000, 1500], [4000, 3000]] as const) {
    const request = {
      width,
      height,
      mode: "blend",
      memory: undefined,
      held: 3 * width * height,
      perRow: 24 * width,
    } as const;
    const tiling = planTiles(model, request);
    assert(tiling.rows.length * tiling.columns.length > 1);
    assert(seenPixels(tiling) <= 1.11 * width * height, `${width}x${height}: ${seenPixels(tiling) / (width * height)}`);
  }
});

Deno.test("mostSpans() is the number at which spans are as short as they may be", () => {
  for (const length of [100, 333, 4000]) {
    assert(spanLength(length, mostSpans(length)) <= SHORTEST);
    assert(spanLength(length, mostSpans(length) - 1) > SHORTEST);
  }
});

Deno.test("officialSpans() is the published test's split", () => {
  assertEquals(officialSpans(199), [{ start: 0, end: 199, rise: [0, 0], fall: [199, 199] }]);
  // 451 → 3 parts of 151 (two reflected pixels), each seen with 15 more towards its neighbours.
  assertEquals(officialSpans(451), [
    { start: 0, end: 166, rise: [0, 0], fall: [151, 151] },
    { start: 136, end: 317, rise: [151, 151], fall: [302, 302] },
    { start: 287, end: 453, rise: [302, 302], fall: [451, 451] },
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (length) => assertSplit(officialSpans(length), length)),
    SETTINGS,
  );
});

Deno.test("seenPixels() counts what the model sees", () => {
  assertEquals(seenPixels({ rows: officialSpans(451), columns: officialSpans(100) }), (166 + 181 + 166) * 100);
});
