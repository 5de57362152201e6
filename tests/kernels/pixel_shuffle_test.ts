import fc from "fast-check";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "pixel_shuffle spreads the channels of a pixel over a block, row by row",
  (ops) => ops.pixelShuffle(ops.input(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 1, 2, 4]), 2),
  [1, 2, 5, 6, 3, 4, 7, 8],
);

example(
  "pixel_shuffle backwards gathers a block into the channels of a pixel",
  (ops) => ops.pixelUnshuffle(ops.input(Float32Array.of(1, 2, 5, 6, 3, 4, 7, 8), [1, 2, 4, 1]), 2),
  [1, 2, 3, 4, 5, 6, 7, 8],
);

conformance(
  "pixel_shuffle",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: size(7),
    width: size(9),
    channels: size(9),
    scale: fc.constantFrom(1, 2, 3, 4),
    inverse: fc.boolean(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ batch, height, width, channels, scale, inverse, climate }) => {
    const shape = inverse
      ? [batch, height * scale, width * scale, channels]
      : [batch, height, width, channels * scale ** 2];
    return {
      operands: { x: new Draw(climate).input(shape) },
      call: (ops, t) => inverse ? ops.pixelUnshuffle(t.x!, scale) : ops.pixelShuffle(t.x!, scale),
    };
  },
);
