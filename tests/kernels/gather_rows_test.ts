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

example(
  "gather_rows goes through indices of indices, and adds",
  (ops) => {
    const index = ops.input(Uint32Array.of(2, 0, 1), [3]), through = ops.input(Uint32Array.of(1, 0, 0, 2), [4]);
    const into = ops.input(Float32Array.of(1, 2, 3, 4), [1, 4, 1]);
    return ops.gatherRows(ops.input(Float32Array.of(10, 20, 30), [1, 3, 1]), index, { through, into });
  },
  [11, 32, 33, 24],
);

conformance(
  "gather_rows",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    rows: size(),
    extra: fc.constantFrom(0, 1, 2),
    count: fc.constantFrom(1, 0, 2, 5, 17),
    columns: size(),
    through: fc.boolean(),
    added: fc.boolean(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ batch, rows, extra, count, columns, through, added, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([batch, rows, columns]),
        extra: draw.input([extra, columns]),
        index: draw.indices([count], Array.from({ length: count }, () => draw.below(rows + extra))),
        through: draw.indices([2 * count], Array.from({ length: 2 * count }, () => draw.below(count))),
        out: draw[added ? "inout" : "out"]([batch, through ? 2 * count : count, columns]),
      },
      call: (ops, t) =>
        ops.gatherRows(t.x!, t.index!, {
          extra: extra > 0 ? t.extra : undefined,
          through: through ? t.through : undefined,
          ...added ? { into: t.out! } : { out: t.out! },
        }),
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
