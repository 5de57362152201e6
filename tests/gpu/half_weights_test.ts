import { assertEquals } from "@std/assert";
import { packHalves } from "../../src/device/half_weights.ts";
import { Ops } from "../../src/ops/ops.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";
import { gpuTest } from "./gpu.ts";

/** The value of an f16 by its definition. */
function valueOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1, exponent = half >> 10 & 31, fraction = half & 0x3ff;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** All finite f16, both zeros among them. */
const FINITE = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => (half >> 10 & 31) < 31);

Deno.test("packHalves() gives every finite f16 its bits", () => {
  const words = packHalves(Float32Array.from(FINITE, valueOf))!;
  assertEquals(new Uint16Array(words.buffer), Uint16Array.from(FINITE));
});

Deno.test("packHalves() refuses what no f16 is", () => {
  for (const value of [1 + 2 ** -11, 65520, -1e9, 2 ** -25, 2 ** -24 * 1.5, 1e-40, Infinity, NaN]) {
    assertEquals(packHalves(Float32Array.of(0.5, value)), undefined, `${value}`);
  }
});

gpuTest("linear reads every finite f16 exactly from weights that are kept as such", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device), outer = FINITE.length, shape = [outer, 1];
  const before = device.memory().weights;
  const data = Float32Array.from(FINITE, valueOf);
  const weight = tensorOf(device.write(data, { life: "model", role: "linear", shape }), shape);
  assertEquals(device.memory().weights - before <= 2.3 * outer, true);
  const result = await device.read(ops.linear(ops.input(Float32Array.of(1), [1, 1]), weight));
  assertEquals(result.findIndex((value, i) => value !== data[i]!), -1);
});

gpuTest("linear gives the bits it gives with the same weights as f32", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  for (const [rows, inner, outer] of [[40, 24, 20], [700, 16, 64]] as const) {
    const x = ops.input(Float32Array.from({ length: rows * inner }, (_, i) => Math.sin(i)), [rows, inner]);
    const data = Float32Array.from({ length: outer * inner }, (_, i) => Math.round(512 * Math.cos(i)) / 512);
    const weightOf = (values: Float32Array, size: number) =>
      tensorOf(device.write(values, { life: "run", role: "linear", shape: [size, inner] }), [size, inner]);
    // One more column that no f16 holds keeps all of them in f32.
    const wide = Float32Array.from([...data, ...new Float32Array(4 * inner).fill(0.1)]);
    const [half, full] = await Promise.all([
      device.read(ops.linear(x, weightOf(data, outer))),
      device.read(ops.linear(x, weightOf(wide, outer + 4))),
    ]);
    for (let r = 0; r < rows; r++) {
      assertEquals(
        half.subarray(r * outer, (r + 1) * outer),
        full.subarray(r * (outer + 4), r * (outer + 4) + outer),
      );
    }
  }
});

gpuTest("channel_attention gives with f16 weights what it gives with the same as f32", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device), columns = 12, hidden = 3, rows = 40;
  const x = ops.input(Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)), [1, rows, columns]);
  const data = Float32Array.from({ length: hidden * columns }, (_, i) => Math.round(512 * Math.cos(i)) / 512);
  const weightOf = (values: Float32Array, shape: readonly number[]) =>
    tensorOf(device.write(values, { life: "run", role: "linear", shape }), shape);
  // A unit more that adds nothing: 0.1, which no f16 holds, keeps its weight in f32.
  const factors = (extra: 0 | 1, inSqueeze = 0, inExpand = 0): Tensor => {
    const squeeze = Float32Array.from([...data, ...new Float32Array(extra * columns).fill(inSqueeze)]);
    const expand = Float32Array.from({ length: columns * (hidden + extra) }, (_, i) => {
      const unit = i % (hidden + extra), column = Math.floor(i / (hidden + extra));
      return unit < hidden ? data[column * hidden + unit]! : inExpand;
    });
    const bias = ops.zeros([columns]), units = ops.zeros([hidden + extra]);
    return ops.channelAttention(x, { weight: weightOf(squeeze, [hidden + extra, columns]), bias: units }, {
      weight: weightOf(expand, [columns, hidden + extra]),
      bias,
    });
  };
  const [half, ...full] = await Promise.all(
    [factors(0), factors(1, 0.1, 0), factors(1, 0, 0.1)].map((y) => device.read(y)),
  );
  assertEquals(full, [half!, half!]);
});
