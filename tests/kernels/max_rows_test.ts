import fc from "fast-check";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "max_rows takes the largest of each column of each image, negative ones too",
  (ops) => ops.maxRows(ops.input(Float32Array.of(1, 20, 3, 10, -1, -9, -2, -8), [2, 2, 2])),
  [3, 20, -1, -8],
);

conformance(
  "max_rows",
  fc.record({
    batch: fc.constantFrom(1, 0, 2, 3),
    rows: size(),
    columns: size(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ batch, rows, columns, climate }) => ({
    operands: { x: new Draw(climate).input([batch, rows, columns]) },
    call: (ops, t) => ops.maxRows(t.x!),
  }),
);
