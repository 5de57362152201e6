import fc from "fast-check";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";
import { reshape } from "../../src/tensor.ts";

example(
  "gather_rows takes rows past the end from the extra rows, for every image",
  (ops) =>
    ops.gatherRows(
      ops.input(Float32Array.of(1, 2, 3, 4), [2, 2, 1]),
      ops.input(Uint32Array.of(1, 2, 0), [3]),
      { extra: ops.input(Float32Array.of(9), [1, 1]) },
    ),
  [2, 9, 1, 4, 9, 3],
);

conformance(
  "gather_rows",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    rows: size(),
    extra: fc.constantFrom(0, 1, 2),
    count: fc.constantFrom(1, 0, 2, 5, 17),
    columns: size(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ batch, rows, extra, count, columns, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([batch, rows, columns]),
        extra: draw.input([extra, columns]),
        index: draw.indices([count], Array.from({ length: count }, () => draw.below(rows + extra))),
      },
      call: (ops, t) => ops.gatherRows(t.x!, t.index!, { extra: extra > 0 ? t.extra : undefined }),
    };
  },
);

conformance(
  "gather_rows",
  fc.record({
    rows: size(),
    extra: fc.constantFrom(0, 1, 2),
    count: fc.constantFrom(1, 0, 2, 5, 17),
    columns: size(),
    // A GPU keeps such weights in 16 bits.
    halves: fc.boolean(),
    climate: climate(),
  }),
  ({ rows, extra, count, columns, halves, climate }) => {
    const draw = new Draw(climate), values = draw.numbers(rows * columns);
    return {
      operands: {
        x: draw.weight("linear", [rows, columns], halves ? Float32Array.from(new Float16Array(values)) : values),
        extra: draw.input([extra, columns]),
        index: draw.indices([count], Array.from({ length: count }, () => draw.below(rows + extra))),
      },
      call: (ops, t) =>
        ops.gatherRows(reshape(t.x!, [1, rows, columns]), t.index!, {
          extra: extra > 0 ? t.extra : undefined,
          packed: true,
        }),
    };
  },
  { title: "for weights of products" },
);
