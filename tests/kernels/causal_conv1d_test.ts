import fc from "fast-check";
import { ACTIVATIONS, SCAN_ORDERS } from "../../src/kernels.ts";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";
import { permutation } from "../laws/orders.ts";

example(
  "causal_conv1d sees a token and those before it, in both directions",
  (ops) => {
    const shape = [2, 1, 3];
    const taps = Float32Array.of(100, 10, 1, 100, 10, 1);
    const weight = tensorOf(ops.device.write(taps, { role: "conv1d", shape, life: "run" }), shape);
    return ops.causalConv1d(ops.input(Float32Array.of(1, 2, 3, 4), [1, 4, 1]), weight, {
      orders: ["row", "rowReversed"],
    });
  },
  [1, 321, 12, 432, 123, 43, 234, 4],
);

example(
  "causal_conv1d starts from a carried state and leaves the last inputs in it",
  (ops) => {
    const shape = [1, 1, 3];
    const weight = tensorOf(
      ops.device.write(Float32Array.of(100, 10, 1), { role: "conv1d", shape, life: "run" }),
      shape,
    );
    const state = ops.input(Float32Array.of(7, 8), [1, 1, 2, 1]);
    ops.causalConv1d(ops.input(Float32Array.of(1), [1, 1, 1]), weight, {
      orders: ["row"],
      carry: { state, read: true, write: true },
    });
    return state;
  },
  [8, 1],
);

conformance(
  "causal_conv1d",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    grid: fc.record({ height: size(5), width: size(9) }),
    channels: size(),
    width: fc.constantFrom(1, 2, 3, 4, 5),
    orders: fc.array(fc.constantFrom(...SCAN_ORDERS), { minLength: 1, maxLength: 4 }),
    shared: fc.boolean(),
    bias: fc.boolean(),
    activation: fc.constantFrom(...ACTIVATIONS.filter((name) => name !== "leakyRelu")),
    carry: fc.constantFrom("none", "read", "write", "both"),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  (c) => {
    const draw = new Draw(c.climate);
    const length = c.grid.height * c.grid.width, directions = c.orders.length;
    return {
      operands: {
        x: draw.input([c.batch, length, c.shared ? c.channels : directions * c.channels]),
        weight: draw.weight("conv1d", [directions, c.channels, c.width]),
        bias: draw.vector(directions * c.channels),
        table: draw.indices([directions, length], c.orders.flatMap(() => permutation(draw, length))),
        state: draw.state([c.batch, directions, c.width - 1, c.channels]),
      },
      call: (ops, t) =>
        ops.causalConv1d(t.x!, t.weight!, {
          orders: c.orders,
          gridWidth: c.grid.width,
          table: t.table!,
          bias: c.bias ? t.bias : undefined,
          activation: c.activation,
          ...(c.carry === "none" ? {} : {
            carry: { state: t.state!, read: c.carry !== "write", write: c.carry !== "read" },
          }),
        }),
      floor: c.activation === "gelu" ? 1e-6 : 0,
    };
  },
);
