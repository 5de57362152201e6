/** Zoom and pan as arithmetic. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { fitted, panned, zoomed } from "../../site/app/view_transform.ts";

const SEED = 8;
const side = fc.integer({ min: 1, max: 20_000 });
const size = fc.record({ width: side, height: side });

Deno.test("fitted() shows a landscape photo over the whole width of its frame, less a margin", () => {
  assertEquals(fitted({ width: 1000, height: 500 }, { width: 500, height: 500 }), { zoom: 0.48, x: 0, y: 0 });
});

Deno.test("fitted() never lets a photo stand out of its frame", () => {
  fc.assert(
    fc.property(
      size,
      fc.record({ width: fc.integer({ min: 320, max: 4000 }), height: fc.integer({ min: 220, max: 4000 }) }),
      (photo, frame) => {
        const { zoom } = fitted(photo, frame);
        assert(zoom === 0.02 || (photo.width * zoom <= frame.width && photo.height * zoom <= frame.height));
      },
    ),
    { seed: SEED },
  );
});

Deno.test("zoomed() keeps the place under the pointer where it is", () => {
  fc.assert(
    fc.property(
      size,
      fc.double({ min: 0.5, max: 2, noNaN: true }),
      fc.double({ min: -0.4, max: 0.4, noNaN: true }),
      (photo, factor, share) => {
        const view = { zoom: 1, x: 0, y: 0 }, point = photo.width * share / 2; // a point on the photo
        const next = zoomed(view, factor, photo, point, 0);
        assertAlmostEquals((point - next.x) / next.zoom, point, 1e-6 * photo.width);
      },
    ),
    { seed: SEED },
  );
});

Deno.test("panned() keeps the middle of the frame on the photo", () => {
  fc.assert(
    fc.property(size, fc.integer(), fc.integer(), (photo, dx, dy) => {
      const { x, y } = panned({ zoom: 1, x: 0, y: 0 }, dx, dy, photo);
      assert(Math.abs(x) <= photo.width / 2 && Math.abs(y) <= photo.height / 2);
    }),
    { seed: SEED },
  );
});
