/** Sizes at, just under and over every limit of docs/numerics.md: they run and touch only their operands, or are refused. */
import { assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { openDry } from "../../src/run/dry_device.ts";
import type { Role } from "../../src/device.ts";
import { sizeOf, tensorOf } from "../../src/tensor.ts";
import { openChecked } from "./checked_device.ts";

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;

/** Ops with tensors of zeros. */
class Zeros extends Ops {
  weight(role: Role, shape: readonly number[], options: { stateSize?: number; compact?: boolean } = {}) {
    const data = new Float32Array(sizeOf(shape));
    return tensorOf(this.device.write(data, { role, shape, life: "run", ...options }), shape);
  }

  scan(stateSize: number, rank: number, { channels = 1, directions = 1, length = 2 } = {}) {
    const columns = (rank || channels) + 2 * stateSize;
    const constants = this.weight("scan", [directions, channels, stateSize + 2 + rank], { stateSize });
    return this.selectiveScan(
      this.zeros([1, length, channels]),
      this.zeros([1, length, columns]),
      constants,
      { orders: Array(directions).fill("row"), stateSize, sharedInput: true, sharedProjection: true },
    );
  }

  convolve(channels: number, height: number, width: number, padding = 0) {
    const x = this.zeros([1, Math.max(1, height - 2 * padding), Math.max(1, width - 2 * padding), channels]);
    return this.conv2d(x, this.weight("conv2d", [1, channels, height, width]), { padding });
  }

  causal(width: number, channels: number, directions = 1) {
    const weight = this.weight("conv1d", [directions, channels, width]);
    return this.causalConv1d(this.zeros([1, 3, channels]), weight, { orders: Array(directions).fill("row") });
  }

  normed(columns: number, kind: "rms" | "layer") {
    const norm = { kind, weight: this.zeros([columns]), epsilon: 1e-5 };
    return this.linear(this.zeros([7, columns]), this.weight("linear", [3, columns]), { norm });
  }

  /** A product whose weight is of 16 bits, or would be if it were not too wide. */
  half(rows: number, inner: number, outer: number, kind?: "rms" | "layer") {
    const norm = kind ? { norm: { kind, weight: this.zeros([inner]), epsilon: 1e-5 } } : {};
    return this.linear(this.zeros([rows, inner]), this.weight("linear", [outer, inner], { compact: true }), norm);
  }

  excite(columns: number, hidden: number) {
    const squeeze = { weight: this.weight("linear", [hidden, columns]) };
    return this.channelAttention(this.zeros([1, 3, columns]), squeeze, {
      weight: this.weight("linear", [columns, hidden]),
    });
  }

  attend(window: number, headWidth: number) {
    const side = 2 * window - 1;
    return this.attention(this.zeros([1, window, window, 3 * headWidth]), this.zeros([1, side, side]), {
      heads: 1,
      window,
      shift: window > 1 ? 1 : 0,
    });
  }
}

type Call = (ops: Zeros) => unknown;

/** Inputs of a product that has more of them than fit a cache. */
const wide = (ops: Zeros, rows: number) => ops.linear(ops.zeros([rows, 70_001]), ops.weight("linear", [9, 70_001]));

/** For each limit: calls that reach it or stay just under it, and calls just over it. */
const LIMITS: readonly (readonly [limit: string, within: readonly Call[], over: readonly Call[]])[] = [
  ["76 · stateSize + 32 · rank ≤ 261,000", [
    (ops) => ops.scan(6, 8142), // 261,000
    (ops) => ops.scan(1, 8153, { channels: 3 }),
    (ops) => ops.scan(3434, 0, { channels: 33, length: 9 }),
    (ops) => ops.scan(3434, 0),
    (ops) => ops.scan(2000, 3400, { channels: 9, length: 7 }),
    (ops) => ops.scan(256, 0, { channels: 80, length: 70 }),
    (ops) => ops.scan(257, 0, { channels: 80, length: 70 }),
    (ops) => ops.scan(16, 240, { channels: 73, length: 67 }),
  ], [(ops) => ops.scan(6, 8143), (ops) => ops.scan(3435, 0), (ops) => ops.scan(6000, 1)]],
  ["8 directions", [
    (ops) => ops.scan(4, 1, { directions: 8 }),
    (ops) => ops.causal(4, 5, 8),
  ], [(ops) => ops.scan(4, 1, { directions: 9 }), (ops) => ops.causal(4, 5, 9)]],
  ["10,900 taps", [
    (ops) => ops.convolve(1, 109, 100),
    (ops) => ops.convolve(2, 1, 10_900),
    (ops) => ops.convolve(1, 10_899, 1, 1),
    (ops) => ops.convolve(1, 109, 100, 1),
  ], [(ops) => ops.convolve(1, 10_901, 1), (ops) => ops.convolve(1, 11, 991)]],
  ["190,000 input channels", [
    (ops) => wide(ops, 1),
    (ops) => wide(ops, 7),
    (ops) => ops.convolve(190_000, 1, 1),
    (ops) => ops.convolve(189_999, 1, 1, 1),
  ], [(ops) => ops.convolve(190_001, 1, 1)]],
  ["width + channels of a causal convolution ≤ 261,000", [
    (ops) => ops.causal(260_999, 1),
    (ops) => ops.causal(1, 260_999),
    (ops) => ops.causal(4, 260_996),
    (ops) => ops.causal(13_000, 13),
  ], [(ops) => ops.causal(261_000, 1), (ops) => ops.causal(4, 260_997)]],
  ["16,384 columns of a normed product", [
    (ops) => ops.normed(16_384, "rms"),
    (ops) => ops.normed(16_384, "layer"),
    (ops) => ops.normed(16_383, "layer"),
  ], [(ops) => ops.normed(16_385, "rms"), (ops) => ops.normed(16_385, "layer")]],
  ["15,200 inputs of a weight of 16 bits", [
    (ops) => ops.half(1, 15_200, 9),
    (ops) => ops.half(7, 15_200, 17, "layer"),
    (ops) => ops.half(33, 15_200, 17, "layer"),
    (ops) => ops.half(9, 15_199, 8, "rms"),
    (ops) => ops.half(9, 15_201, 8),
    (ops) => ops.half(9, 16_384, 8, "layer"),
    (ops) => ops.half(1, 40_000, 9),
    (ops) => ops.half(33, 1, 40_001),
  ], [(ops) => ops.half(1, 16_385, 3, "rms")]],
  ["16,384 columns of a channel attention", [
    (ops) => ops.excite(16_384, 2),
    (ops) => ops.excite(2, 16_384),
    (ops) => ops.excite(16_383, 3),
  ], [(ops) => ops.excite(16_385, 2), (ops) => ops.excite(2, 16_385)]],
  ["(window² + 8) · (2 · head width + 24) ≤ 250,000, head width ≤ 256", [
    (ops) => ops.attend(LONG ? 98 : 41, 1),
    (ops) => ops.attend(21, 256),
    (ops) => ops.attend(20, 255),
    (ops) => ops.attend(32, 109),
  ], [(ops) => ops.attend(99, 1), (ops) => ops.attend(22, 256), (ops) => ops.attend(2, 257)]],
  ["16,384 columns and 64 · 65,535 rows of a sort", [
    (ops) => ops.sort(ops.zeros([1, 5, 16_384])),
    (ops) => ops.sort(ops.zeros([1, 5, 16_383])),
    (ops) => ops.sort(ops.zeros([1, 64 * 65_535, 1])),
  ], [(ops) => ops.sort(ops.zeros([1, 5, 16_385])), (ops) => ops.sort(ops.zeros([1, 64 * 65_535 + 1, 1]))]],
  ["2²⁴ columns of a draw", [
    (ops) => ops.sample(ops.zeros([1, 2 ** 24])),
  ], [(ops) => ops.sample(ops.zeros([1, 2 ** 24 + 1]))]],
  ["2²⁸ pixels of a stride, a padding, a dilated filter", [
    (ops) => ops.conv2d(ops.zeros([1, 3, 3, 1]), ops.weight("conv2d", [1, 1, 2, 2]), { stride: 2 ** 28 }),
    (ops) =>
      ops.conv2d(ops.zeros([1, 3, 3, 1]), ops.weight("conv2d", [1, 1, 2, 2]), { stride: 2 ** 28, padding: 2 ** 28 }),
    (ops) => ops.depthwiseConv2d(ops.zeros([1, 9, 9, 3]), ops.weight("depthwise", [3, 3, 3]), { dilation: 89_478_485 }),
    (ops) => ops.depthwiseConv2d(ops.zeros([1, 9, 9, 3]), ops.weight("depthwise", [3, 31, 31]), { dilation: 3 }),
  ], [
    (ops) => ops.conv2d(ops.zeros([1, 3, 3, 1]), ops.weight("conv2d", [1, 1, 2, 2]), { stride: 2 ** 28 + 1 }),
    (ops) => ops.conv2d(ops.zeros([1, 3, 3, 1]), ops.weight("conv2d", [1, 1, 2, 2]), { padding: 2 ** 28 + 1 }),
    (ops) => ops.depthwiseConv2d(ops.zeros([1, 9, 9, 3]), ops.weight("depthwise", [3, 3, 3]), { dilation: 89_478_486 }),
  ]],
];

for (const variant of ["relaxed-simd", "simd128"] as const) {
  for (const [limit, within] of LIMITS) {
    Deno.test(`calls within ${limit} touch only their operands, on ${variant}`, async () => {
      for (const threads of [1, 3]) {
        await using device = await openChecked(variant, { threads });
        for (const call of within) {
          using _ = device.scope();
          call(new Zeros(device));
        }
      }
    });
  }
}

for (const open of [openDry, () => openReference(), () => openReference({ precision: "f64" })]) {
  Deno.test(`calls over every limit are refused in words on ${open().name}`, () => {
    const device: Device = open();
    for (const [limit, , over] of LIMITS) {
      for (const call of over) {
        using _ = device.scope();
        const error = assertThrows(() => call(new Zeros(device)), Error, "must");
        assertEquals([RangeError, TypeError].includes(error.constructor as never), true, `${limit}: ${error}`);
        assertEquals(
          /^Cannot run \w+ as .* at most |^Cannot run \w+ as .* 1 to /.test(error.message),
          true,
          error.message,
        );
      }
    }
  });
}
