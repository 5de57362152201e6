import fc from "fast-check";
import { assertEquals } from "@std/assert";
import { ACTIVATIONS, ROW_NORMS } from "../../src/kernels.ts";
import { Ops } from "../../src/ops/ops.ts";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, type Operand, rowCount, size } from "../arbitraries.ts";
import { CPU_DEVICES } from "../devices.ts";
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

example(
  "linear gives each group of columns its own product",
  (ops) =>
    ops.linear(ops.input(Float32Array.of(1, 2, 3, 4), [1, 4]), weightOf(ops, [2, 1, 2], [1, 10, 100, 1000]), {
      bias: ops.input(Float32Array.of(0.5, -0.5), [2]),
    }),
  [21.5, 4299.5],
);

example(
  "linear multiplies rows that were normalised before",
  (ops) => {
    const weight = ops.input(Float32Array.of(2, 2), [2]);
    return ops.linear(ops.input(Float32Array.of(3, 4, 1001, 1003), [2, 2]), weightOf(ops, [2, 2], [1, 0, 0, 1]), {
      norm: { kind: "layer", weight, bias: ops.input(Float32Array.of(5, 7), [2]), epsilon: 0 },
    });
  },
  [3, 9, 3, 9],
  1e-4,
);

example(
  "linear divides rows by their root mean square",
  (ops) =>
    ops.linear(ops.input(Float32Array.of(1, 7), [1, 2]), weightOf(ops, [1, 2], [1, 1]), {
      norm: { kind: "rms", weight: ops.input(Float32Array.of(1, 10), [2]), epsilon: 0 },
    }),
  [14.2],
);

for (const { name, open } of CPU_DEVICES) {
  Deno.test(`linear with a norm gives the bits of the norm and the product, on ${name}`, async () => {
    await using device = await open();
    using _ = device.scope();
    const ops = new Ops(device), draw = new Draw({ mood: "ordinary", viewed: false, seed: 5 });
    for (const [rows, inner, outer] of [[50, 60, 72], [3, 192, 40], [1, 7, 5]] as const) {
      const x = ops.input(draw.numbers(rows * inner), [rows, inner]);
      const weight = ops.input(draw.numbers(inner), [inner]), bias = ops.input(draw.numbers(inner), [inner]);
      const w = weightOf(ops, [outer, inner], [...draw.numbers(outer * inner)]);
      const fused = ops.linear(x, w, { norm: { kind: "layer", weight, bias, epsilon: 1e-5 } });
      const composed = ops.linear(ops.layerNorm(x, weight, { bias, epsilon: 1e-5 }), w);
      const [one, two] = await Promise.all([device.read(fused), device.read(composed)]);
      assertEquals(one, two);
    }
  });
}

/**
 * What a result may move when the mean of a row is an f32: all columns of the row move together, by half a unit in the last
 * place of its largest value, which no movement of the inputs by such a unit shows (those move columns apart). Factors and
 * weights are at most 1.
 */
function centringNoise({ values }: Operand, inner: number): number {
  let most = 0;
  for (let first = 0; first < values.length; first += inner) {
    const row = [...values.subarray(first, first + inner)], mean = row.reduce((sum, value) => sum + value, 0) / inner;
    const power = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inner;
    most = Math.max(most, Math.max(...row.map(Math.abs)) / Math.sqrt(power + 1e-5));
  }
  return 2 ** -24 * most * inner;
}

conformance(
  "linear",
  fc.record({
    rows: rowCount(),
    inner: size(),
    outer: size(),
    groups: fc.constantFrom(1, 1, 2, 3),
    norm: fc.constantFrom(...ROW_NORMS),
    half: fc.boolean(),
    activation: fc.constantFrom(...ACTIVATIONS),
    bias: fc.boolean(),
    target: fc.constantFrom("new", "into", "scaled"),
    climate: climate("saturating", "huge", "tiny", "nan"),
  }),
  ({ rows, inner, outer, groups, norm, half, activation, bias, target, climate }) => {
    const draw = new Draw(climate), results = [rows, groups * outer];
    const x = norm === "none" ? draw.input([rows, groups * inner]) : draw.calm([rows, groups * inner]);
    return {
      operands: {
        x,
        // In 256ths a weight is an f16 too, which a device may keep it as.
        weight: draw.weight(
          "linear",
          groups === 1 ? [outer, inner] : [groups, outer, inner],
          draw.numbers(groups * outer * inner, -1, 1).map((value) => half ? Math.round(256 * value) / 256 : value),
        ),
        bias: draw.vector(groups * outer),
        scale: draw.vector(groups * outer),
        normWeight: draw.vector(groups * inner),
        normBias: draw.vector(groups * inner),
        out: target === "new" ? draw.out(results) : draw.inout(results),
      },
      call: (ops, t) =>
        ops.linear(t.x!, t.weight!, {
          activation,
          slope: 0.25,
          bias: bias ? t.bias : undefined,
          scale: target === "scaled" ? t.scale : undefined,
          norm: norm === "none" ? undefined : {
            kind: norm,
            weight: t.normWeight!,
            bias: bias && norm === "layer" ? t.normBias : undefined,
            epsilon: 1e-5,
          },
          ...(target === "new" ? { out: t.out! } : { into: t.out! }),
        }),
      floor: (activation === "gelu" ? 1e-6 : 0) + (norm === "layer" ? centringNoise(x, inner) : 0),
    };
  },
);
