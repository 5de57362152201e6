import fc from "fast-check";
import { BINARY_OPERATIONS } from "../../src/kernels.ts";
import { climate, Draw, rowCount, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "binary repeats the rows of b over a",
  (ops) =>
    ops.binary("add", ops.input(Float32Array.of(1, 2, 3, 4), [1, 4, 1]), ops.input(Float32Array.of(10, 20), [2, 1])),
  [11, 22, 13, 24],
);

example(
  "binary per image gives all rows of an image the same row of b",
  (ops) =>
    ops.binary(
      "multiply",
      ops.input(Float32Array.of(1, 2, 3, 4), [2, 2, 1]),
      ops.input(Float32Array.of(10, 100), [2, 1]),
      { per: "image" },
    ),
  [10, 20, 300, 400],
);

example(
  "binary rotates pairs by the angle whose cosine and sine b holds",
  (ops) =>
    ops.binary(
      "rotate",
      ops.input(Float32Array.of(1, 2, 3, 4), [1, 4]),
      ops.input(Float32Array.of(0, 1, 0.6, 0.8), [1, 4]),
    ),
  [-2, 1, 3 * 0.6 - 4 * 0.8, 4 * 0.6 + 3 * 0.8],
);

example(
  "binary adds to a scaled target in place",
  (ops) =>
    ops.binary(
      "multiply",
      ops.input(Float32Array.of(1, 2, 3, 4), [2, 2]),
      ops.input(Float32Array.of(10, 100), [1, 2]),
      {
        into: ops.input(Float32Array.of(1, 1, 2, 2), [2, 2]),
        scale: ops.input(Float32Array.of(0.5, -1), [2]),
      },
    ),
  [10.5, 199, 31, 398],
);

conformance(
  "binary",
  fc.record({
    groups: rowCount(9),
    rows: size(9),
    columns: size(),
    operation: fc.constantFrom(...BINARY_OPERATIONS),
    per: fc.constantFrom("row" as const, "image" as const),
    target: fc.constantFrom("new", "into", "scaled"),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ groups, rows, columns: half, operation, per, target, climate }) => {
    const draw = new Draw(climate);
    const columns = operation === "rotate" ? 2 * half : half;
    return {
      operands: {
        a: draw.input([groups, rows, columns]),
        b: draw.input([per === "row" ? rows : groups || 1, columns]),
        scale: draw.vector(columns),
        out: target === "new" ? draw.out([groups, rows, columns]) : draw.inout([groups, rows, columns]),
      },
      call: (ops, t) =>
        ops.binary(operation, t.a!, t.b!, {
          per,
          scale: target === "scaled" ? t.scale : undefined,
          ...(target === "new" ? { out: t.out! } : { into: t.out! }),
        }),
    };
  },
);
