/**
 * The layouts in which the shaders want their weights: channels side by side, so that neighbouring threads read
 * neighbouring words, in quads where a shader reads four at once.
 *
 * @module
 */
import type { WriteOptions } from "../device.ts";

/** `[taps · inner, outer padded to 4]` of a weight `[outer, inner, taps]`: the inputs of one tap lie together. */
function packColumns(data: Float32Array, outer: number, inner: number, taps: number): Float32Array {
  const padded = Math.ceil(outer / 4) * 4;
  const packed = new Float32Array(inner * taps * padded);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[(tap * inner + i) * padded + o] = data[(o * inner + i) * taps + tap]!;
      }
    }
  }
  return packed;
}

/** `[groups, inner, outer padded to 4]` of a weight `[groups, outer, inner]`, or `[outer, inner]`. */
function packProducts(data: Float32Array, shape: readonly number[]): Float32Array {
  const [outer = 0, inner = 0] = shape.slice(-2);
  if (shape.length < 3) return packColumns(data, outer, inner, 1);
  const size = outer * inner, padded = Math.ceil(outer / 4) * 4 * inner;
  const packed = new Float32Array(shape[0]! * padded);
  for (let g = 0; g < shape[0]!; g++) {
    packed.set(packColumns(data.subarray(g * size, (g + 1) * size), outer, inner, 1), g * padded);
  }
  return packed;
}

/** `[groups, columns, rows]` of `[groups, rows, columns]`. */
function transpose(data: Float32Array, groups: number, rows: number, columns: number): Float32Array {
  const packed = new Float32Array(data.length);
  for (let g = 0; g < groups; g++) {
    const first = g * rows * columns;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) packed[first + c * rows + r] = data[first + r * columns + c]!;
    }
  }
  return packed;
}

/**
 * `[directions, A quads | D, Δ bias | Δ weight quads, channels]`, a quad being four numbers of one channel. A comes
 * times log₂e, because a shader computes 2^(δ·A·log₂e).
 */
function packScan(data: Float32Array, shape: readonly number[], stateSize: number): Float32Array {
  const [directions = 0, channels = 0, width = 0] = shape;
  const quads = Math.ceil(stateSize / 4), rank = width - 2 - stateSize;
  const perDirection = quads + 1 + Math.ceil(rank / 4);
  const packed = new Float32Array(directions * perDirection * channels * 4);
  for (let k = 0; k < directions; k++) {
    for (let e = 0; e < channels; e++) {
      const row = (k * channels + e) * width;
      const put = (quad: number, i: number, value: number) =>
        packed[((k * perDirection + quad + (i >> 2)) * channels + e) * 4 + (i & 3)] = value;
      for (let n = 0; n < stateSize; n++) put(0, n, data[row + n]! * Math.LOG2E);
      for (let i = 0; i < 2; i++) put(quads, i, data[row + stateSize + i]!);
      for (let r = 0; r < rank; r++) put(quads + 1, r, data[row + stateSize + 2 + r]!);
    }
  }
  return packed;
}

/**
 * Packs a weight for the shader that its role names. Data of role `plain` is returned as it is.
 *
 * @throws {TypeError} The shape is missing or does not hold the data, or a scan weight comes without its state size.
 */
export function packWeight(data: Float32Array, options: WriteOptions): Float32Array {
  const { role = "plain", shape = [], stateSize } = options;
  if (role === "plain") return data;
  const [a = 0, b = 0, c = 1, d = 1] = shape;
  if (shape.reduce((size, n) => size * n, 1) !== data.length) {
    throw new TypeError(
      `Cannot pack a ${role} weight as its shape must hold ${data.length} elements: current shape is [${
        shape.join(", ")
      }]`,
    );
  }
  switch (role) {
    case "linear":
      return packProducts(data, shape);
    case "conv2d":
      // A tap of the shader is one kernel row: [kh, kw · inner, outer].
      return packColumns(data, a, b, c * d);
    case "depthwise":
      return transpose(data, 1, a, b * c);
    case "conv1d":
      return transpose(data, a, b, c);
    case "scan":
      if (stateSize === undefined) {
        throw new TypeError("Cannot pack scan constants as the state size must be given: current value is undefined");
      }
      return packScan(data, shape, stateSize);
  }
}
