import fc from "fast-check";
import { ACTIVATIONS } from "../../src/kernels.ts";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "depthwise_conv2d gives every channel its own filter",
  (ops) => {
    const shape = [2, 3, 3];
    const filters = Float32Array.of(0, 0, 0, 0, 1, 10, 0, 100, 1000, 0, 0, 0, 0, 2, 0, 0, 0, 0);
    const weight = tensorOf(ops.device.write(filters, { role: "depthwise", shape, life: "run" }), shape);
    return ops.depthwiseConv2d(ops.input(Float32Array.of(1, 5, 2, 6, 3, 7, 4, 8), [1, 2, 2, 2]), weight);
  },
  [4321, 10, 402, 12, 43, 14, 4, 16],
);

example(
  "depthwise_conv2d multiplies what is activated by a factor",
  (ops) => {
    const shape = [1, 1, 1], input = (...values: number[]) => ops.input(Float32Array.from(values), [1, 1, 3, 1]);
    const weight = tensorOf(ops.device.write(Float32Array.of(2), { role: "depthwise", shape, life: "run" }), shape);
    return ops.depthwiseConv2d(input(-1, 2, 3), weight, { activation: "relu", factor: input(5, 7, -11) });
  },
  [0, 28, -66],
);

conformance(
  "depthwise_conv2d",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: size(9),
    width: size(13),
    channels: size(),
    size: fc.constantFrom(1, 3, 5, 7),
    dilation: fc.constantFrom(1, 2, 3),
    activation: fc.constantFrom(...ACTIVATIONS),
    bias: fc.boolean(),
    factor: fc.boolean(),
    cut: fc.boolean(),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  (c) => {
    const draw = new Draw(c.climate);
    const shape = [c.batch, c.height, c.width, c.channels];
    const first = c.cut ? draw.below(c.height + 1) : c.height;
    return {
      operands: {
        x: draw.input(shape),
        weight: draw.weight("depthwise", [c.channels, c.size, c.size]),
        bias: draw.vector(c.channels),
        factor: draw.input(shape),
        out: draw.out(shape),
      },
      call: (ops, t) => {
        for (const rows of [{ first: 0, count: first }, { first, count: c.height - first }]) {
          ops.depthwiseConv2d(t.x!, t.weight!, {
            dilation: c.dilation,
            activation: c.activation,
            slope: 0.25,
            bias: c.bias ? t.bias : undefined,
            factor: c.factor ? t.factor : undefined,
            out: t.out!,
            rows,
          });
        }
      },
      floor: c.activation === "gelu" ? 1e-6 : 0,
    };
  },
);
