/**
 * Shape checks that several ops share, in words, and shared options as kernel parameters.
 *
 * @module
 */
import {
  type Activation,
  ACTIVATIONS,
  CARRY_IN,
  CARRY_OUT,
  encodeOrders,
  MOST_DIRECTIONS,
  MOST_PIXELS,
  SCAN_ORDERS,
} from "../kernels.ts";
import { columnsOf, rowsOf, sizeOf, type Tensor } from "../tensor.ts";
import type { Band, Carry, Epilogue, Walk } from "./options.ts";

/** Throws what is wrong with the shape of an operand. */
export function fail(op: string, operand: string, wish: string, tensor: Tensor): never {
  throw new TypeError(`Cannot run ${op} as ${operand} must ${wish}: current shape is [${tensor.shape.join(", ")}]`);
}

/** Refuses a tensor of another shape. */
export function expectShape(op: string, operand: string, tensor: Tensor, shape: readonly number[]): void {
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i])) {
    fail(op, operand, `have the shape [${shape.join(", ")}]`, tensor);
  }
}

/** Refuses a vector of another length; an absent one is right. */
export function expectVector(op: string, operand: string, tensor: Tensor | undefined, length: number): void {
  if (tensor && sizeOf(tensor.shape) !== length) fail(op, operand, `have ${length} elements`, tensor);
}

/** Refuses data that does not fill a shape. */
export function expectLength(data: ArrayLike<number>, shape: readonly number[]): void {
  if (data.length !== sizeOf(shape)) {
    throw new TypeError(
      `Cannot make a tensor as data must have the size of [${shape.join(", ")}]: current length is ${data.length}`,
    );
  }
}

/** The sizes of [batch, height, width, channels]. */
export function imageShape(op: string, x: Tensor): readonly [number, number, number, number] {
  if (x.shape.length !== 4) fail(op, "x", "be [batch, height, width, channels]", x);
  return x.shape as unknown as [number, number, number, number];
}

/**
 * Refuses a size beyond what the kernels keep aside for it; the same on every device, so that a model that runs on one runs
 * on all. See "Limits" in docs/numerics.md.
 */
export function expectAtMost(op: string, what: string, value: number, most: number): void {
  if (value <= most) return;
  throw new RangeError(`Cannot run ${op} as ${what} must be at most ${most}: current value is ${value}`);
}

/** Refuses what is no whole number of at least `least` (1), or more than any image has pixels in a row. */
export function expectCount(op: string, what: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `Cannot run ${op} as ${what} must be a whole number of at least ${least}: current value is ${value}`,
    );
  }
  expectAtMost(op, what, value, MOST_PIXELS);
}

/** Refuses a weight of another number of axes, and gives its sizes. */
export function weightShape(op: string, weight: Tensor, axes: readonly string[]): readonly number[] {
  if (weight.shape.length !== axes.length) fail(op, "weight", `be [${axes.join(", ")}]`, weight);
  return weight.shape;
}

/** Refuses an operand that does not lie in its buffer, whatever its shape says. */
export function expectInside(op: string, operand: string, tensor: Tensor): void {
  const rows = rowsOf(tensor), { buffer, offset, stride } = tensor;
  const end = rows === 0 ? offset : offset + (rows - 1) * stride + columnsOf(tensor);
  if (end <= buffer.length && offset >= 0 && stride >= 0 && rows < 2 ** 31) return;
  throw new RangeError(
    `Cannot run ${op} as ${operand} must lie in its buffer of ${buffer.length} elements: current shape is [${
      tensor.shape.join(", ")
    }], from ${offset} on, ${stride} a row`,
  );
}

/** The code of an activation. */
export function activationCode(op: string, activation: Activation): number {
  const code = ACTIVATIONS.indexOf(activation);
  if (code >= 0) return code;
  throw new TypeError(
    `Cannot run ${op} as activation must be one of ${ACTIVATIONS.join(", ")}: current value is ${activation}`,
  );
}

/** The sizes of [batch, tokens, channels]. */
export function sequenceShape(op: string, x: Tensor): readonly [number, number, number] {
  if (x.shape.length !== 3) fail(op, "x", "be [batch, tokens, channels]", x);
  return x.shape as unknown as [number, number, number];
}

/** The band that is asked for, or all. */
export function bandOf(op: string, band: Band | undefined, total: number): Band {
  const { first, count } = band ?? { first: 0, count: total };
  if (!Number.isInteger(first) || !Number.isInteger(count) || first < 0 || count < 0 || first + count > total) {
    throw new RangeError(
      `Cannot run ${op} as the band must lie in [0, ${total}): current band is [${first}, ${first + count})`,
    );
  }
  return { first, count };
}

/** An epilogue over `channels` as kernel parameters. */
export function epilogueParams(
  op: string,
  { activation = "none", slope = 0, into, bias, scale }: Epilogue,
  channels: number,
) {
  expectVector(op, "bias", bias, channels);
  expectVector(op, "scale", scale, channels);
  return { activation: activationCode(op, activation), slope, accumulate: into ? 1 : 0 };
}

/** Scan orders as kernel parameters. */
export function walkParams(op: string, { orders, gridWidth, table }: Walk, directions: number, length: number) {
  if (orders.length !== directions) {
    throw new TypeError(
      `Cannot run ${op} as orders must name ${directions} directions: current number is ${orders.length}`,
    );
  }
  expectAtMost(op, "the number of directions", directions, MOST_DIRECTIONS);
  const unknown = orders.find((order) => !SCAN_ORDERS.includes(order));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot run ${op} as every order must be one of ${SCAN_ORDERS.join(", ")}: current one is ${unknown}`,
    );
  }
  const width = gridWidth ?? Math.max(1, length);
  expectCount(op, "gridWidth", width);
  if (length % width !== 0) {
    throw new RangeError(`Cannot run ${op} as gridWidth must divide the length ${length}: current value is ${width}`);
  }
  if (orders.includes("table") && (!table || sizeOf(table.shape) !== directions * length)) {
    throw new TypeError(
      `Cannot run ${op} as order "table" must come with a table of [${directions}, ${length}]: current shape is ${
        table ? `[${table.shape.join(", ")}]` : "none"
      }`,
    );
  }
  return { orders: encodeOrders(orders), gridWidth: width };
}

/** A carry as the kernel parameter. */
export function carryBits(carry: Carry | undefined): number {
  return carry ? (carry.read ? CARRY_IN : 0) | (carry.write ? CARRY_OUT : 0) : 0;
}
