/**
 * A tensor is a window on a device buffer: rows of `shape.at(-1)` elements, `stride` elements apart. Views move the
 * window and never copy.
 *
 * @module
 */

/** Memory of a device. What it is only the device knows. */
export interface DeviceBuffer {
  /** Elements (32-bit words) the buffer holds. */
  readonly length: number;
}

/** Rows of equal length in a device buffer, row-major `[…, rows, columns]`. */
export interface Tensor {
  /** The memory. */
  readonly buffer: DeviceBuffer;
  /** First element of the first row. */
  readonly offset: number;
  /** Sizes, outermost first; the last one is contiguous. */
  readonly shape: readonly number[];
  /** Distance from one row to the next, in elements. */
  readonly stride: number;
}

/** Product of sizes, of the first `count` if so many are named; 1 for none. */
export function sizeOf(shape: readonly number[], count: number = shape.length): number {
  let size = 1;
  for (let i = 0; i < count; i++) size *= shape[i]!;
  return size;
}

/** Number of rows: the product of all sizes but the last. */
export const rowsOf = ({ shape }: Tensor): number => sizeOf(shape, shape.length - 1);

/** Length of a row. */
export const columnsOf = (tensor: Tensor): number => tensor.shape.at(-1) ?? 1;

/** A tensor over a whole buffer, rows one after the other. */
export function tensorOf(buffer: DeviceBuffer, shape: readonly number[]): Tensor {
  return { buffer, offset: 0, shape, stride: shape.at(-1) ?? 1 };
}

/** Columns `[first, first + count)` of every row, as a view. */
export function columns(tensor: Tensor, first: number, count: number): Tensor {
  if (first < 0 || count < 0 || first + count > columnsOf(tensor)) {
    throw new RangeError(
      `Cannot take columns as [${first}, ${first + count}) must lie inside a row: current row has ${
        columnsOf(tensor)
      } columns`,
    );
  }
  return { ...tensor, offset: tensor.offset + first, shape: [...tensor.shape.slice(0, -1), count] };
}

/** Rows `[first, first + count)`, counted over all images, as a view `[count, columns]`. */
export function rowRange(tensor: Tensor, first: number, count: number): Tensor {
  if (first < 0 || count < 0 || first + count > rowsOf(tensor)) {
    throw new RangeError(
      `Cannot take rows as [${first}, ${first + count}) must lie inside the tensor: current tensor has ${
        rowsOf(tensor)
      } rows`,
    );
  }
  return { ...tensor, offset: tensor.offset + first * tensor.stride, shape: [count, columnsOf(tensor)] };
}

/** Row `index` of every image of `[batch, rows, columns]`, as a view `[batch, columns]`. */
export function rowAt(tensor: Tensor, index: number): Tensor {
  const [batch, rows, width] = tensor.shape;
  if (tensor.shape.length !== 3 || index < 0 || index >= rows!) {
    throw new RangeError(
      `Cannot take row ${index} as it must lie inside [batch, rows, columns]: current shape is [${
        tensor.shape.join(", ")
      }]`,
    );
  }
  return {
    ...tensor,
    offset: tensor.offset + index * tensor.stride,
    shape: [batch!, width!],
    stride: rows! * tensor.stride,
  };
}

/** The same elements under another shape; the rows must be contiguous unless only the outer sizes change. */
export function reshape(tensor: Tensor, shape: readonly number[]): Tensor {
  const width = shape.at(-1) ?? 1;
  const contiguous = tensor.stride === columnsOf(tensor) || rowsOf(tensor) === 1;
  if (sizeOf(shape) !== sizeOf(tensor.shape) || (!contiguous && width !== columnsOf(tensor))) {
    throw new TypeError(
      `Cannot reshape as [${
        shape.join(", ")
      }] must hold the elements of the tensor in the same order: current shape is [${
        tensor.shape.join(", ")
      }] with row stride ${tensor.stride}`,
    );
  }
  return { ...tensor, shape, stride: contiguous ? width : tensor.stride };
}
