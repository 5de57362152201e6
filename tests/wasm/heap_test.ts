import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Block, Heap } from "../../src/wasm/heap.ts";
import { SETTINGS } from "../arbitraries.ts";

const PAGE = 65536;
const memoryOf = (initial: number, maximum: number) => new WebAssembly.Memory({ initial, maximum });

Deno.test("Heap.take() rounds blocks up to 64 bytes and starts at the rounded base", () => {
  const heap = new Heap(memoryOf(1, 4), 1000);
  assertEquals(heap.take(1), { at: 1024, size: 64 });
  assertEquals(heap.take(65), { at: 1088, size: 128 });
  assertEquals(heap.used, 192);
});

Deno.test("Heap.take() fills the first gap that is large enough", () => {
  const heap = new Heap(memoryOf(1, 4), 0);
  const [first, , third] = [heap.take(128), heap.take(64), heap.take(256), heap.take(64)];
  heap.give(first!);
  heap.give(third!);
  assertEquals(heap.take(192).at, third!.at);
  assertEquals(heap.take(64).at, first!.at);
});

Deno.test("Heap.take() extends a free block at the end instead of passing it over", () => {
  const heap = new Heap(memoryOf(1, 4), 0);
  heap.take(64);
  heap.give(heap.take(128));
  assertEquals(heap.take(1024).at, 64);
});

Deno.test("Heap.take() grows the memory and keeps 64 readable bytes behind the last block", () => {
  const memory = memoryOf(1, 4), heap = new Heap(memory, 0);
  heap.take(PAGE);
  assertEquals(memory.buffer.byteLength, 2 * PAGE);
  assertEquals(heap.reserved, 2 * PAGE);
});

Deno.test("Heap.take() says how much was wanted when the engine refuses, and stays as it was", () => {
  const heap = new Heap(memoryOf(1, 2), 0), block = heap.take(64);
  assertThrows(() => heap.take(2 * PAGE), RangeError, "must grow to 0.1 MiB: current size is 0.1 MiB");
  assertEquals(heap.used, 64);
  assertEquals(heap.take(64).at, block.at + 64);
  assertThrows(() => heap.take(2 ** 33), RangeError, "must grow to 8192.0 MiB");
});

Deno.test("Heap.reserve() makes the next block of that size cost no growth", () => {
  const memory = memoryOf(1, 8), heap = new Heap(memory, 0);
  heap.reserve(3 * PAGE);
  const { buffer } = memory;
  heap.take(3 * PAGE);
  assert(memory.buffer === buffer, "the memory grew");
});

Deno.test("Heap blocks never overlap, and all of them given back are one block again", () => {
  const step = fc.record({ bytes: fc.constantFrom(0, 1, 64, 65, 200, 1000, 5000), give: fc.option(fc.nat(20)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = memoryOf(1, 64), heap = new Heap(memory, 0), blocks: Block[] = [];
      for (const { bytes, give } of steps) {
        if (give !== null && blocks.length > 0) heap.give(blocks.splice(give % blocks.length, 1)[0]!);
        const block = heap.take(bytes);
        assert(block.size >= bytes && block.at % 64 === 0, "too small or not aligned");
        assert(block.at + block.size + 64 <= memory.buffer.byteLength, "beyond the memory");
        for (const other of blocks) {
          assert(block.at + block.size <= other.at || other.at + other.size <= block.at, "overlaps another block");
        }
        blocks.push(block);
        assertEquals(heap.used, blocks.reduce((sum, { size }) => sum + size, 0));
      }
      const end = Math.max(0, ...blocks.map(({ at, size }) => at + size));
      for (const block of blocks) heap.give(block);
      const { buffer } = memory;
      assertEquals(heap.take(end).at, 0);
      assert(memory.buffer === buffer, "the memory grew");
    }),
    SETTINGS,
  );
});
