import fc from "fast-check";
import { ACTIVATIONS } from "../../src/kernels.ts";
import { climate, Draw, rowCount, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

const points = Float32Array.of(-1, 0, 1, -Infinity, Infinity, 100, -100);

for (
  const [activation, wanted] of [
    ["none", [-1, 0, 1, -Infinity, Infinity, 100, -100]],
    ["silu", [-0.2689414214, 0, 0.7310585786, 0, Infinity, 100, 0]],
    ["gelu", [-0.1586552539, 0, 0.8413447461, 0, Infinity, 100, 0]],
    ["relu", [0, 0, 1, 0, Infinity, 100, 0]],
    ["leakyRelu", [-0.25, 0, 1, -Infinity, Infinity, 100, -25]],
    ["sigmoid", [0.2689414214, 0.5, 0.7310585786, 0, 1, 1, 0]],
  ] as const
) {
  example(
    `unary gives ${activation} at −1, 0, 1, the infinities and ±100`,
    (ops) => ops.unary(ops.input(points, [7, 1]), activation, { slope: 0.25 }),
    wanted,
  );
}

conformance(
  "unary",
  fc.record({
    rows: rowCount(),
    columns: size(),
    activation: fc.constantFrom(...ACTIVATIONS),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ rows, columns, activation, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: { x: draw.input([rows, columns]), out: draw.out([rows, columns]) },
      call: (ops, t) => ops.unary(t.x!, activation, { slope: 0.25, out: t.out! }),
      floor: activation === "gelu" ? 1e-6 : 0,
    };
  },
);

conformance(
  "unary",
  fc.record({ activation: fc.constantFrom(...ACTIVATIONS), from: fc.integer({ min: -110, max: 110 }) }),
  ({ activation, from }) => {
    const draw = new Draw({ mood: "ordinary", viewed: false, seed: from + 110 });
    return {
      operands: { x: draw.input([1, 512], draw.numbers(512, from, from + 1)) },
      call: (ops, t) => ops.unary(t.x!, activation, { slope: 0.01 }),
      floor: activation === "gelu" ? 1e-6 : 0,
    };
  },
  { title: "over [−110, 111]" },
);
