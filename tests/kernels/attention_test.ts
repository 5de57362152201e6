import fc from "fast-check";
import { assertThrows } from "@std/assert";
import { Ops } from "../../src/ops/ops.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { climate, Draw } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

const LN3 = Math.log(3);

example(
  "attention weighs the values of a window by scores and biases",
  (ops) =>
    ops.attention( // q, k and v of four pixels: every score is 0 but for the biases.
      ops.input(Float32Array.of(0, 5, 4, 0, 6, 8, 0, 7, 0, 0, 8, 12), [1, 2, 2, 3]),
      // By row and column of the key less those of the query: the pixel to the right counts three times.
      ops.input(Float32Array.of(0, 0, 0, 0, 0, LN3, 0, 0, 0), [1, 3, 3]),
      { heads: 1, window: 2 },
    ),
  [(4 + 24 + 0 + 12) / 6, 6, (4 + 8 + 0 + 36) / 6, 6],
);

example(
  "attention keeps pixels apart that only the shift brought together",
  (ops) =>
    ops.attention(
      ops.input(Float32Array.from({ length: 16 * 3 }, (_, i) => i % 3 === 2 ? Math.floor(i / 3) : 0), [1, 4, 4, 3]),
      ops.input(new Float32Array(9), [1, 3, 3]),
      { heads: 1, window: 2, shift: 1 },
    ),
  // Inside: windows of four neighbours; at the edges: pairs; corners: alone.
  [0, 1.5, 1.5, 3, 6, 7.5, 7.5, 9, 6, 7.5, 7.5, 9, 12, 13.5, 13.5, 15],
);

conformance(
  "attention",
  fc.record({
    batch: fc.constantFrom(1, 2),
    window: fc.constantFrom(1, 2, 3, 4, 5, 7, 8),
    down: fc.constantFrom(1, 2, 3),
    across: fc.constantFrom(1, 2),
    heads: fc.constantFrom(1, 2),
    headWidth: fc.constantFrom(1, 3, 4, 7, 8, 12, 29),
    shifted: fc.boolean(),
    banded: fc.boolean(),
    climate: climate("saturating", "tiny", "nan"),
  }),
  (given) => {
    const { window, heads, headWidth, shifted, banded, climate } = given;
    // A large window counts for many: one image, one row of windows more than needed for all bands of a mask.
    const [batch, down, across] = window > 5
      ? [1, Math.min(given.down, 2), 1]
      : [given.batch, given.down, given.across];
    const draw = new Draw(climate), shape = [batch, down * window, across * window];
    return {
      operands: {
        x: draw.input([...shape, 3 * heads * headWidth]),
        bias: draw.weight("plain", [heads, 2 * window - 1, 2 * window - 1]),
        ...(banded ? { out: draw.out([...shape, heads * headWidth]) } : {}),
      },
      call: (ops, t) => {
        const options = { heads, window, shift: shifted ? Math.floor(window / 2) : 0 };
        if (!banded) return void ops.attention(t.x!, t.bias!, options);
        ops.attention(t.x!, t.bias!, { ...options, out: t.out!, rows: { first: 0, count: down - 1 } });
        ops.attention(t.x!, t.bias!, { ...options, out: t.out!, rows: { first: down - 1, count: 1 } });
      },
    };
  },
);

Deno.test("attention() says what does not fit", () => {
  const ops = new Ops(openDry());
  const run = (shape: number[], options: { heads: number; window: number; shift?: number }, side = 3) =>
    ops.attention(ops.empty(shape), ops.empty([options.heads, side, side]), options);
  assertThrows(() => run([1, 4, 4, 7], { heads: 1, window: 2 }), TypeError, "channels that 3 divides");
  assertThrows(() => run([1, 4, 5, 6], { heads: 1, window: 2 }), TypeError, "sides that 2 divides");
  assertThrows(() => run([1, 4, 4, 6], { heads: 1, window: 2 }, 2), TypeError, "bias must have the shape [1, 3, 3]");
  assertThrows(() => run([1, 4, 4, 6], { heads: 1, window: 2, shift: 2 }), RangeError, "below the window 2");
  assertThrows(() => run([1, 2, 2, 3 * 257], { heads: 1, window: 2 }), RangeError, "head width 257");
});
