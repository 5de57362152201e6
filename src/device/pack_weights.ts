/**
 * How weights get the layout of a device: what the layouts of all devices have in common.
 *
 * @module
 */
import type { Role, WriteOptions } from "../device.ts";
import { sizeOf } from "../tensor.ts";

/** The layouts of a device that are its own. */
export interface Layouts {
  /** Outputs are padded to a multiple of this. */
  readonly outputs: number;
  /** A product `[outer, inner, taps]`: its length is inner · taps · padded outputs. */
  readonly product: (data: Float32Array, outer: number, inner: number, taps: number) => Float32Array;
  /** Constants of a scan, `[directions, channels, stateSize + 2 + rank]`. */
  readonly scan: (data: Float32Array, shape: readonly number[], stateSize: number) => Float32Array;
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

/** Each product of a weight `[outer, inner]` or `[groups, outer, inner]`. */
function packProducts(data: Float32Array, shape: readonly number[], { outputs, product }: Layouts): Float32Array {
  const [outer = 0, inner = 0] = shape.slice(-2);
  if (shape.length < 3) return product(data, outer, inner, 1);
  const size = outer * inner, padded = Math.ceil(outer / outputs) * outputs * inner;
  const packed = new Float32Array(shape[0]! * padded);
  for (let g = 0; g < shape[0]!; g++) {
    packed.set(product(data.subarray(g * size, (g + 1) * size), outer, inner, 1), g * padded);
  }
  return packed;
}

const ROLES: Readonly<
  Record<Exclude<Role, "plain">, (data: Float32Array, options: WriteOptions, layouts: Layouts) => Float32Array>
> = {
  linear: (data, { shape = [] }, layouts) => packProducts(data, shape, layouts),
  conv2d: (data, { shape: [outer = 0, inner = 0, height = 1, width = 1] = [] }, { product }) =>
    product(data, outer, inner, height * width),
  depthwise: (data, { shape: [channels = 0, height = 0, width = 1] = [] }) =>
    transpose(data, 1, channels, height * width),
  conv1d: (data, { shape: [directions = 0, channels = 0, width = 1] = [] }) =>
    transpose(data, directions, channels, width),
  scan: (data, { shape = [], stateSize }, { scan }) => {
    if (stateSize === undefined) {
      throw new TypeError("Cannot pack scan constants as the state size must be given: current value is undefined");
    }
    return scan(data, shape, stateSize);
  },
};

/**
 * Packs a weight for the kernel that its role names, in a device's layouts. Data of role `plain` is returned as it is.
 *
 * @throws {TypeError} The shape is missing or does not hold the data, or scan constants come without their state size.
 */
export function packInto(layouts: Layouts, data: Float32Array, options: WriteOptions): Float32Array {
  const { role = "plain", shape = [] } = options;
  if (role === "plain") return data;
  if (sizeOf(shape) !== data.length) {
    throw new TypeError(
      `Cannot pack a ${role} weight as its shape must hold ${data.length} elements: current shape is [${
        shape.join(", ")
      }]`,
    );
  }
  return ROLES[role](data, options, layouts);
}
