import fc from "fast-check";
import { ACTIVATIONS } from "../../src/kernels.ts";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, rowCount, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

const weightOf = (ops: Parameters<Parameters<typeof example>[1]>[0], shape: number[], values: number[]) =>
  tensorOf(ops.device.write(Float32Array.from(values), { role: "linear", shape, life: "run" }), shape);

example(
  "linear multiplies by the transposed weight and adds the bias",
  (ops) =>
    ops.linear(ops.input(Float32Array.of(1, 2, 3, 4), [2, 2]), weightOf(ops, [3, 2], [1, 0, 0, 1, 1, 1]), {
      bias: ops.input(Float32Array.of(0, 10, 100), [3]),
    }),
  [1, 12, 103, 3, 14, 107],
);

example(
  "linear adds to a scaled target in place",
  (ops) =>
    ops.linear(ops.input(Float32Array.of(2), [1, 1]), weightOf(ops, [2, 1], [3, -3]), {
      into: ops.input(Float32Array.of(10, 20), [1, 2]),
      scale: ops.input(Float32Array.of(0.5, 2), [2]),
      activation: "relu",
    }),
  [11, 40],
);

conformance(
  "linear",
  fc.record({
    rows: rowCount(),
    inner: size(),
    outer: size(),
    activation: fc.constantFrom(...ACTIVATIONS),
    bias: fc.boolean(),
    target: fc.constantFrom("new", "into", "scaled"),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ rows, inner, outer, activation, bias, target, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([rows, inner]),
        weight: draw.weight("linear", [outer, inner]),
        bias: draw.vector(outer),
        scale: draw.vector(outer),
        out: target === "new" ? draw.out([rows, outer]) : draw.inout([rows, outer]),
      },
      call: (ops, t) =>
        ops.linear(t.x!, t.weight!, {
          activation,
          slope: 0.25,
          bias: bias ? t.bias : undefined,
          scale: target === "scaled" ? t.scale : undefined,
          ...(target === "new" ? { out: t.out! } : { into: t.out! }),
        }),
      floor: activation === "gelu" ? 1e-6 : 0,
    };
  },
);
