/**
 * Names that kernels take as numbers: the index in a list is the ABI code.
 *
 * @module
 */

/** Elementwise functions an epilogue or `unary` can apply; the index in this list is the ABI code. */
export const ACTIVATIONS = ["none", "silu", "gelu", "relu", "leakyRelu", "sigmoid"] as const;

/** Name of an activation. `gelu` is the exact erf form; `leakyRelu` takes its slope from the `slope` parameter. */
export type Activation = typeof ACTIVATIONS[number];

/** What `binary` computes; the index in this list is the ABI code. `rotate` multiplies interleaved complex pairs. */
export const BINARY_OPERATIONS = ["add", "multiply", "rotate"] as const;

/** Name of a binary operation. */
export type BinaryOperation = typeof BINARY_OPERATIONS[number];

/** Orders in which a scan walks over an image of `gridWidth` columns; the index in this list is the ABI code. */
export const SCAN_ORDERS = ["row", "rowReversed", "column", "columnReversed", "table"] as const;

/** Name of a scan order; `table` reads the order from the `order` operand. */
export type ScanOrder = typeof SCAN_ORDERS[number];

/** Bits of the `carry` parameter: the state operand is read before the first step, written after the last. */
export const CARRY_IN = 1;
/** See {@linkcode CARRY_IN}. */
export const CARRY_OUT = 2;

/** What `linear` does to the rows of x before it multiplies them; the index in this list is the ABI code. */
export const ROW_NORMS = ["none", "rms", "layer"] as const;

/** Name of a norm. */
export type RowNorm = typeof ROW_NORMS[number];

/** Most columns of a row that a kernel keeps aside: the scratch region of a CPU kernel holds several such rows. */
export const MOST_COLUMNS_ASIDE = 1 << 14;

/** Packs the orders of up to eight directions into the `orders` parameter, four bits each, first direction lowest. */
export function encodeOrders(orders: readonly ScanOrder[]): number {
  return orders.reduce((code, order, k) => code | SCAN_ORDERS.indexOf(order) << 4 * k, 0) >>> 0;
}

/** Most of 76 · stateSize + 32 · rank of a scan: the states of a chunk of channels and one block of steps. */
export const MOST_SCAN_STATE = 261_000;

/** Most pixels of a stride, a padding, a dilation, or what a dilated filter covers: sums of two of them fit 31 bits. */
export const MOST_PIXELS = 1 << 28;

/** Most directions: their orders are packed into one number, four bits each. */
export const MOST_DIRECTIONS = 8;

/** Most taps and input channels of a convolution: the address table and one row of zeros. */
export const MOST_TAPS = 10_900;
/** See {@linkcode MOST_TAPS}. */
export const MOST_CONV_CHANNELS = 190_000;

/** Most taps plus channels of a causal convolution: the addresses of the rows before a block, and one row of zeros. */
export const MOST_CAUSAL = 261_000;
