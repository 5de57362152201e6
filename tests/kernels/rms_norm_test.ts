import fc from "fast-check";
import { climate, Draw, rowCount, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "rms_norm divides a row by the root of its mean square",
  (ops) =>
    ops.rmsNorm(ops.input(Float32Array.of(3, 4, 0, 0), [2, 2]), ops.input(Float32Array.of(1, 10), [2]), {
      epsilon: 1e-5,
    }),
  [3 / Math.sqrt(12.50001), 40 / Math.sqrt(12.50001), 0, 0],
);

example(
  "rms_norm adds to the residual first and leaves the sum in it",
  (ops) => {
    const residual = ops.input(Float32Array.of(1, 1), [1, 2]);
    ops.rmsNorm(ops.input(Float32Array.of(2, 3), [1, 2]), ops.input(Float32Array.of(1, 1), [2]), {
      epsilon: 1e-5,
      residual,
    });
    return residual;
  },
  [3, 4],
);

conformance(
  "rms_norm",
  fc.record({
    rows: rowCount(),
    columns: size(),
    epsilon: fc.constantFrom(1e-5, 1e-6, 1e-3),
    residual: fc.boolean(),
    gate: fc.boolean(),
    climate: climate("saturating", "huge", "nan"),
  }),
  ({ rows, columns, epsilon, residual, gate, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([rows, columns]),
        residual: draw.inout([rows, columns]),
        weight: draw.vector(columns),
        gate: draw.input([rows, columns]),
        out: draw.out([rows, columns]),
      },
      call: (ops, t) =>
        ops.rmsNorm(t.x!, t.weight!, {
          epsilon,
          residual: residual ? t.residual : undefined,
          gate: gate ? t.gate : undefined,
          out: t.out!,
        }),
    };
  },
);
