import fc from "fast-check";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "channel_attention gives a factor per image and channel, from the image's mean",
  (ops) => {
    const weight = (shape: number[], values: number[]) => ({
      weight: tensorOf(ops.device.write(Float32Array.from(values), { role: "linear", shape, life: "run" }), shape),
    });
    const bias = ops.input(Float32Array.of(0, Math.log(3)), [2]);
    return ops.channelAttention(
      ops.input(Float32Array.of(1, 10, 3, 20, -7, 0, 1, 2), [2, 2, 2]), // means 2, 15 and -3, 1
      weight([1, 2], [2, -0.2]), // 1 and, by the relu, 0
      { ...weight([2, 1], [Math.log(4), 0]), bias },
    );
  },
  [0.8, 0.75, 0.5, 0.75],
);

conformance(
  "channel_attention",
  fc.record({
    batch: fc.constantFrom(1, 0, 2, 3),
    rows: fc.oneof(size(), fc.constantFrom(64, 129, 200)),
    columns: size(),
    hidden: size(9),
    bias: fc.boolean(),
    climate: climate("saturating", "tiny", "nan"),
  }),
  ({ batch, rows, columns, hidden, bias, climate }) => {
    const draw = new Draw(climate);
    return {
      operands: {
        x: draw.input([batch, rows, columns]),
        squeeze: draw.weight("linear", [hidden, columns]),
        squeezeBias: draw.vector(hidden),
        expand: draw.weight("linear", [columns, hidden]),
        expandBias: draw.vector(columns),
      },
      call: (ops, t) =>
        ops.channelAttention(
          t.x!,
          { weight: t.squeeze!, bias: bias ? t.squeezeBias : undefined },
          { weight: t.expand!, bias: bias ? t.expandBias : undefined },
        ),
    };
  },
);
