import fc from "fast-check";
import { ACTIVATIONS } from "../../src/kernels.ts";
import { tensorOf } from "../../src/tensor.ts";
import { climate, Draw, size } from "../arbitraries.ts";
import { conformance, example } from "../laws/conformance.ts";

example(
  "conv2d correlates without flipping the filter and pads with zeros",
  (ops) => {
    const shape = [1, 1, 3, 3];
    const filter = Float32Array.of(0, 0, 0, 0, 1, 10, 0, 100, 1000);
    const weight = tensorOf(ops.device.write(filter, { role: "conv2d", shape, life: "run" }), shape);
    return ops.conv2d(ops.input(Float32Array.of(1, 2, 3, 4), [1, 2, 2, 1]), weight, { padding: 1 });
  },
  [4321, 402, 43, 4],
);

example(
  "conv2d with a stride of the kernel's size cuts an image into patches",
  (ops) => {
    const shape = [2, 1, 2, 2];
    const filters = Float32Array.of(1, 1, 1, 1, 0, 0, 0, 1);
    const weight = tensorOf(ops.device.write(filters, { role: "conv2d", shape, life: "run" }), shape);
    return ops.conv2d(ops.input(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 4, 1]), weight, {
      stride: 2,
      bias: ops.input(Float32Array.of(0, -1), [2]),
    });
  },
  [14, 5, 22, 7],
);

conformance(
  "conv2d",
  fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: size(9),
    width: size(13),
    inChannels: size(17),
    outChannels: size(17),
    kernelHeight: fc.constantFrom(1, 2, 3),
    kernelWidth: fc.constantFrom(1, 2, 3, 5),
    stride: fc.constantFrom(1, 2, 3),
    padding: fc.constantFrom(0, 1, 2),
    activation: fc.constantFrom(...ACTIVATIONS),
    bias: fc.boolean(),
    target: fc.constantFrom("new", "into", "scaled"),
    cut: fc.boolean(),
    climate: climate("saturating", "huge", "nan"),
  }).filter((c) => c.height + 2 * c.padding >= c.kernelHeight && c.width + 2 * c.padding >= c.kernelWidth),
  (c) => {
    const draw = new Draw(c.climate);
    const outHeight = Math.floor((c.height + 2 * c.padding - c.kernelHeight) / c.stride) + 1;
    const outWidth = Math.floor((c.width + 2 * c.padding - c.kernelWidth) / c.stride) + 1;
    const shape = [c.batch, outHeight, outWidth, c.outChannels];
    const first = c.cut ? draw.below(outHeight + 1) : outHeight;
    return {
      operands: {
        x: draw.input([c.batch, c.height, c.width, c.inChannels]),
        weight: draw.weight("conv2d", [c.outChannels, c.inChannels, c.kernelHeight, c.kernelWidth]),
        bias: draw.vector(c.outChannels),
        scale: draw.vector(c.outChannels),
        out: c.target === "new" ? draw.out(shape) : draw.inout(shape),
      },
      call: (ops, t) => {
        for (const rows of [{ first: 0, count: first }, { first, count: outHeight - first }]) {
          ops.conv2d(t.x!, t.weight!, {
            stride: c.stride,
            padding: c.padding,
            activation: c.activation,
            slope: 0.25,
            rows,
            bias: c.bias ? t.bias : undefined,
            scale: c.target === "scaled" ? t.scale : undefined,
            ...(c.target === "new" ? { out: t.out! } : { into: t.out! }),
          });
        }
      },
      floor: c.activation === "gelu" ? 1e-6 : 0,
    };
  },
);
