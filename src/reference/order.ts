/**
 * Scan orders: which token a direction visits at which step. Row order is 0, 1, 2, …; column order walks down the
 * columns of an image of `gridWidth` columns; the reversed orders are the same walks backwards.
 *
 * @module
 */
import { SCAN_ORDERS } from "../kernels.ts";
import type { View } from "./view.ts";

/** Token that direction `direction` visits at `step`; `orders` holds four bits per direction (see `encodeOrders`). */
export function tokenAt(
  step: number,
  direction: number,
  orders: number,
  length: number,
  gridWidth: number,
  table: View | undefined,
): number {
  const order = SCAN_ORDERS[orders >>> 4 * direction & 15]!;
  const gridHeight = length / gridWidth;
  switch (order) {
    case "row":
      return step;
    case "rowReversed":
      return length - 1 - step;
    case "column":
      return step % gridHeight * gridWidth + Math.floor(step / gridHeight);
    case "columnReversed":
      return (length - 1 - step) % gridHeight * gridWidth + Math.floor((length - 1 - step) / gridHeight);
    case "table": {
      const token = table!.data[table!.at + direction * length + step]!;
      if (token < length) return token;
      throw new RangeError(`Cannot walk by a table as its tokens must be below ${length}: current one is ${token}`);
    }
  }
}
