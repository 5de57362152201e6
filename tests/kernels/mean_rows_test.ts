import fc from "fast-check";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "mean_rows averages the tokens of each image",
  (ops) => ops.meanRows(ops.input(Float32Array.of(1, 10, 3, 20, -1, 0, 0, 0), [2, 2, 2])),
  [2, 15, -0.5, 0],
);

conformance(
  "mean_rows",
  fc.record({
    batch: fc.constantFrom(1, 0, 2, 3),
    rows: size(),
    columns: size(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ batch, rows, columns, climate }) => ({
    operands: { x: new Draw(climate).input([batch, rows, columns]) },
    call: (ops, t) => ops.meanRows(t.x!),
  }),
);
