/**
 * The layouts in which the WASM kernels want their weights: channels side by side, so that four lanes are four channels,
 * padded with zeros where a vector would reach past the end.
 *
 * @module
 */
import type { Role, WriteOptions } from "../device.ts";

/** Outputs in a panel of a `linear` or `conv2d` weight; `COLUMNS` of `rust-kernels/src/gemm.rs`. */
const PANEL = 8;

type Packer = (data: Float32Array, shape: readonly number[], options: WriteOptions) => Float32Array;

/** Panels `[⌈outer / 8⌉][taps · inner][8]` of a weight `[outer, inner, taps]`: the inputs of one tap lie together. */
function packPanels(data: Float32Array, outer: number, inner: number, taps: number): Float32Array {
  const depth = inner * taps;
  const packed = new Float32Array(Math.ceil(outer / PANEL) * PANEL * depth);
  for (let o = 0; o < outer; o++) {
    const panel = (o - o % PANEL) * depth + o % PANEL;
    for (let i = 0; i < inner; i++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[panel + (tap * inner + i) * PANEL] = data[(o * inner + i) * taps + tap]!;
      }
    }
  }
  return packed;
}

/** Panels of each product of a weight `[outer, inner]` or `[groups, outer, inner]`. */
function packProducts(data: Float32Array, shape: readonly number[]): Float32Array {
  const [outer = 0, inner = 0] = shape.slice(-2);
  if (shape.length < 3) return packPanels(data, outer, inner, 1);
  const size = outer * inner, padded = Math.ceil(outer / PANEL) * PANEL * inner;
  const packed = new Float32Array(shape[0]! * padded);
  for (let g = 0; g < shape[0]!; g++) {
    packed.set(packPanels(data.subarray(g * size, (g + 1) * size), outer, inner, 1), g * padded);
  }
  return packed;
}

/** `[groups][columns][rows]` of `[groups, rows, columns]`. */
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

/** `[directions][A·log₂e… | D | Δ bias | Δ weight…][channels, padded to 4]`: the scan computes 2^(δ·A·log₂e). */
function packScan(data: Float32Array, shape: readonly number[], stateSize: number): Float32Array {
  const [directions = 0, channels = 0, width = 0] = shape;
  const padded = Math.ceil(channels / 4) * 4;
  const packed = new Float32Array(directions * width * padded);
  for (let k = 0; k < directions; k++) {
    for (let e = 0; e < channels; e++) {
      for (let i = 0; i < width; i++) {
        const value = data[(k * channels + e) * width + i]!;
        packed[(k * width + i) * padded + e] = i < stateSize ? value * Math.LOG2E : value;
      }
    }
  }
  return packed;
}

const PACKERS: Readonly<Record<Role, Packer>> = {
  plain: (data) => data,
  linear: packProducts,
  conv2d: (data, [outer = 0, inner = 0, height = 0, width = 0]) => packPanels(data, outer, inner, height * width),
  depthwise: (data, [channels = 0, height = 0, width = 0]) => transpose(data, 1, channels, height * width),
  conv1d: (data, [directions = 0, channels = 0, width = 0]) => transpose(data, directions, channels, width),
  scan: (data, shape, { stateSize }) => {
    if (stateSize === undefined) {
      throw new TypeError("Cannot pack scan constants as the state size must be given: current value is undefined");
    }
    return packScan(data, shape, stateSize);
  },
};

/**
 * Packs a weight for the kernel that its role names. Data of role `plain` is returned as it is.
 *
 * @throws {TypeError} The shape is missing or does not have as many elements as the data.
 */
export function packWeight(data: Float32Array, options: WriteOptions): Float32Array {
  const { role = "plain", shape = [data.length] } = options;
  const size = shape.reduce((a, b) => a * b, 1);
  if (role !== "plain" && size !== data.length) {
    throw new TypeError(
      `Cannot pack a ${role} weight as its shape must hold ${data.length} elements: current shape is [${
        shape.join(", ")
      }]`,
    );
  }
  return PACKERS[role](data, shape, options);
}
