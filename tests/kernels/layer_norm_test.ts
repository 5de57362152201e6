import fc from "fast-check";
import { climate, Draw, rowCount, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "layer_norm subtracts the mean and uses the biased variance",
  (ops) =>
    ops.layerNorm(ops.input(Float32Array.of(1, 3), [1, 2]), ops.input(Float32Array.of(1, 2), [2]), {
      epsilon: 3,
      bias: ops.input(Float32Array.of(0.25, 0.5), [2]),
    }),
  [-0.25, 1.5],
);

example(
  "layer_norm multiplies by silu of the gate",
  (ops) =>
    ops.layerNorm(ops.input(Float32Array.of(-1, 1), [1, 2]), ops.input(Float32Array.of(1, 1), [2]), {
      epsilon: 0,
      gate: ops.input(Float32Array.of(0, 1), [1, 2]),
    }),
  [0, 1 / (1 + Math.exp(-1))],
);

conformance(
  "layer_norm",
  fc.record({
    rows: rowCount(),
    columns: size(),
    epsilon: fc.constantFrom(1e-5, 1e-6, 1e-3),
    residual: fc.boolean(),
    gate: fc.boolean(),
    bias: fc.boolean(),
    climate: climate("saturating", "huge", "nan"),
  }),
  ({ rows, columns, epsilon, residual, gate, bias, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([rows, columns]),
        residual: draw.inout([rows, columns]),
        weight: draw.vector(columns),
        bias: draw.vector(columns),
        gate: draw.input([rows, columns]),
        out: draw.out([rows, columns]),
      },
      call: (ops, t) =>
        ops.layerNorm(t.x!, t.weight!, {
          epsilon,
          bias: bias ? t.bias : undefined,
          residual: residual ? t.residual : undefined,
          gate: gate ? t.gate : undefined,
          out: t.out!,
        }),
    };
  },
);
