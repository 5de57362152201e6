import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { openReference } from "../src/reference/device.ts";
import { columns, columnsOf, reshape, rowAt, rowsOf, sizeOf, tensorOf } from "../src/tensor.ts";
import { SETTINGS, size } from "./arbitraries.ts";

const device = openReference();

/** A tensor with elements 0, 1, 2, … */
const counting = (shape: readonly number[]) =>
  tensorOf(device.write(Float32Array.from({ length: sizeOf(shape) }, (_, i) => i), { life: "model" }), shape);

Deno.test("sizeOf(), rowsOf() and columnsOf() count elements, rows and columns", () => {
  assertEquals([sizeOf([]), sizeOf([2, 3, 4]), sizeOf([2, 0])], [1, 24, 0]);
  const x = counting([2, 3, 4]);
  assertEquals([rowsOf(x), columnsOf(x), x.stride, x.offset], [6, 4, 4, 0]);
  assertEquals([rowsOf(counting([5])), columnsOf(counting([5])), columnsOf(counting([]))], [1, 5, 1]);
});

Deno.test("columns() takes columns of every row and does not copy", async () => {
  const x = counting([2, 2, 5]), view = columns(x, 1, 3);
  assertEquals([...await device.read(view)], [1, 2, 3, 6, 7, 8, 11, 12, 13, 16, 17, 18]);
  assertEquals([view.buffer, view.stride, view.shape], [x.buffer, 5, [2, 2, 3]]);
});

Deno.test("columns() of columns equals the columns of the whole", async () => {
  await fc.assert(
    fc.asyncProperty(size(9), size(17), fc.nat(99), fc.nat(99), async (rows, width, first, second) => {
      const a = first % width, b = second % (width - a), x = counting([rows, width]);
      const twice = await device.read(columns(columns(x, a, width - a), b, width - a - b));
      assertEquals(twice, await device.read(columns(x, a + b, width - a - b)));
    }),
    SETTINGS,
  );
});

Deno.test("columns() refuses columns outside the row", () => {
  const x = counting([2, 5]);
  for (const [first, count] of [[-1, 2], [4, 2], [0, 6], [3, -1]] as const) {
    assertThrows(() => columns(x, first, count), RangeError, "current row has 5 columns");
  }
});

Deno.test("rowAt() takes one token of every image", async () => {
  assertEquals([...await device.read(rowAt(counting([2, 3, 2]), 1))], [2, 3, 8, 9]);
  assertEquals([...await device.read(rowAt(columns(counting([2, 3, 2]), 1, 1), 2))], [5, 11]);
});

Deno.test("rowAt() refuses a row outside, and anything but [batch, rows, columns]", () => {
  for (const index of [-1, 3]) {
    assertThrows(() => rowAt(counting([2, 3, 2]), index), RangeError, "current shape is [2, 3, 2]");
  }
  assertThrows(() => rowAt(counting([3, 2]), 0), RangeError, "current shape is [3, 2]");
});

Deno.test("reshape() keeps the elements in order", async () => {
  const x = reshape(counting([2, 6]), [3, 4]);
  assertEquals([x.stride, x.shape], [4, [3, 4]]);
  assertEquals(await device.read(x), await device.read(counting([12])));
});

Deno.test("reshape() of a view changes only the outer sizes", async () => {
  const view = columns(counting([4, 3]), 0, 2);
  assertEquals([...await device.read(reshape(view, [2, 2, 2]))], [0, 1, 3, 4, 6, 7, 9, 10]);
  assertThrows(() => reshape(view, [8]), TypeError, "current shape is [4, 2] with row stride 3");
});

Deno.test("reshape() refuses another number of elements", () => {
  assertThrows(() => reshape(counting([2, 3]), [7]), TypeError, "Cannot reshape as [7]");
});
