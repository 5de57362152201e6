/**
 * Calls at, just under and over every limit of docs/numerics.md.
 *
 * @module
 */
import type { Role } from "../../src/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { sizeOf, tensorOf } from "../../src/tensor.ts";

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;

/** Ops with tensors of zeros. */
export class Zeros extends Ops {
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

  stride(stride: number, padding = 0) {
    return this.conv2d(this.zeros([1, 3, 3, 1]), this.weight("conv2d", [1, 1, 2, 2]), { stride, padding });
  }

  dilate(size: number, dilation: number) {
    return this.depthwiseConv2d(this.zeros([1, 9, 9, 3]), this.weight("depthwise", [3, size, size]), { dilation });
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

/** A call that reaches for a limit. */
export type LimitCall = (ops: Zeros) => unknown;

/** A limit of an op: calls that reach it or stay just under it, and calls just over it. */
export interface Limit {
  /** As the wild calls name it. */
  readonly op: string;
  readonly limit: string;
  readonly within: readonly LimitCall[];
  readonly over: readonly LimitCall[];
}

/** Inputs of a product that has more of them than fit a cache. */
const wide = (ops: Zeros, rows: number) => ops.linear(ops.zeros([rows, 70_001]), ops.weight("linear", [9, 70_001]));

/** All limits. */
export const LIMITS: readonly Limit[] = [
  {
    op: "selectiveScan",
    limit: "76 · stateSize + 32 · rank ≤ 261,000",
    within: [
      (ops) => ops.scan(6, 8142), // 261,000
      (ops) => ops.scan(1, 8153, { channels: 3 }),
      (ops) => ops.scan(3434, 0, { channels: 33, length: 9 }),
      (ops) => ops.scan(3434, 0),
      (ops) => ops.scan(2000, 3400, { channels: 9, length: 7 }),
      (ops) => ops.scan(256, 0, { channels: 80, length: 70 }),
      (ops) => ops.scan(257, 0, { channels: 80, length: 70 }),
      (ops) => ops.scan(16, 240, { channels: 73, length: 67 }),
    ],
    over: [(ops) => ops.scan(6, 8143), (ops) => ops.scan(3435, 0), (ops) => ops.scan(6000, 1)],
  },
  {
    op: "selectiveScan",
    limit: "8 directions",
    within: [(ops) => ops.scan(4, 1, { directions: 8 }), (ops) => ops.scan(4, 1, { directions: 7 })],
    over: [(ops) => ops.scan(4, 1, { directions: 9 })],
  },
  {
    op: "causalConv1d",
    limit: "8 directions",
    within: [(ops) => ops.causal(4, 5, 8), (ops) => ops.causal(4, 5, 7)],
    over: [(ops) => ops.causal(4, 5, 9)],
  },
  {
    op: "conv2d",
    limit: "10,900 taps",
    within: [
      (ops) => ops.convolve(1, 109, 100),
      (ops) => ops.convolve(2, 1, 10_900),
      (ops) => ops.convolve(1, 10_899, 1, 1),
      (ops) => ops.convolve(1, 109, 100, 1),
    ],
    over: [(ops) => ops.convolve(1, 10_901, 1), (ops) => ops.convolve(1, 11, 991)],
  },
  {
    op: "linear",
    limit: "inputs that no cache holds, which have no limit",
    within: [(ops) => wide(ops, 1), (ops) => wide(ops, 7)],
    over: [],
  },
  {
    op: "conv2d",
    limit: "190,000 input channels",
    within: [(ops) => ops.convolve(190_000, 1, 1), (ops) => ops.convolve(189_999, 1, 1, 1)],
    over: [(ops) => ops.convolve(190_001, 1, 1)],
  },
  {
    op: "causalConv1d",
    limit: "width + channels ≤ 261,000",
    within: [
      (ops) => ops.causal(260_999, 1),
      (ops) => ops.causal(1, 260_999),
      (ops) => ops.causal(1, 260_998),
      (ops) => ops.causal(4, 260_996),
      (ops) => ops.causal(13_000, 13),
    ],
    over: [(ops) => ops.causal(261_000, 1), (ops) => ops.causal(4, 260_997)],
  },
  {
    op: "linear",
    limit: "16,384 columns of a normed product",
    within: [
      (ops) => ops.normed(16_384, "rms"),
      (ops) => ops.normed(16_384, "layer"),
      (ops) => ops.normed(16_383, "layer"),
    ],
    over: [(ops) => ops.normed(16_385, "rms"), (ops) => ops.normed(16_385, "layer")],
  },
  {
    op: "linearHalf",
    limit: "15,200 inputs of a weight of 16 bits",
    within: [
      (ops) => ops.half(1, 15_200, 9),
      (ops) => ops.half(7, 15_200, 17, "layer"),
      (ops) => ops.half(33, 15_200, 17, "layer"),
      (ops) => ops.half(9, 15_199, 8, "rms"),
      (ops) => ops.half(9, 15_201, 8),
      (ops) => ops.half(9, 16_384, 8, "layer"),
      (ops) => ops.half(1, 40_000, 9),
      (ops) => ops.half(33, 1, 40_001),
    ],
    over: [(ops) => ops.half(1, 16_385, 3, "rms")],
  },
  {
    op: "channelAttention",
    limit: "16,384 columns",
    within: [
      (ops) => ops.excite(16_384, 2),
      (ops) => ops.excite(2, 16_384),
      (ops) => ops.excite(16_383, 3),
    ],
    over: [(ops) => ops.excite(16_385, 2), (ops) => ops.excite(2, 16_385)],
  },
  {
    op: "attention",
    limit: "(window² + 8) · (2 · head width + 24) ≤ 250,000, head width ≤ 256",
    within: [
      (ops) => ops.attend(LONG ? 98 : 41, 1),
      (ops) => ops.attend(21, 256),
      (ops) => ops.attend(20, 255),
      (ops) => ops.attend(32, 109),
    ],
    over: [(ops) => ops.attend(99, 1), (ops) => ops.attend(22, 256), (ops) => ops.attend(2, 257)],
  },
  {
    op: "sort",
    limit: "16,384 columns and 64 · 65,535 rows",
    within: [
      (ops) => ops.sort(ops.zeros([1, 5, 16_384])),
      (ops) => ops.sort(ops.zeros([1, 5, 16_383])),
      (ops) => ops.sort(ops.zeros([1, 64 * 65_535, 1])),
    ],
    over: [(ops) => ops.sort(ops.zeros([1, 5, 16_385])), (ops) => ops.sort(ops.zeros([1, 64 * 65_535 + 1, 1]))],
  },
  {
    op: "sample",
    limit: "2²⁴ columns",
    within: [(ops) => ops.sample(ops.zeros([1, 2 ** 24])), (ops) => ops.sample(ops.zeros([1, 2 ** 24 - 1]))],
    over: [(ops) => ops.sample(ops.zeros([1, 2 ** 24 + 1]))],
  },
  {
    op: "conv2d",
    limit: "2²⁸ pixels of a stride and a padding",
    within: [
      (ops) => ops.stride(2 ** 28),
      (ops) => ops.stride(2 ** 28 - 1),
      (ops) => ops.stride(2 ** 28, 2 ** 28),
    ],
    over: [(ops) => ops.stride(2 ** 28 + 1), (ops) => ops.stride(1, 2 ** 28 + 1)],
  },
  {
    op: "depthwiseConv2d",
    limit: "2²⁸ pixels of a dilated filter",
    within: [
      (ops) => ops.dilate(3, 89_478_485),
      (ops) => ops.dilate(3, 89_478_484),
      (ops) => ops.dilate(31, 3),
    ],
    over: [(ops) => ops.dilate(3, 89_478_486)],
  },
];
