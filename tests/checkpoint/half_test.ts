import { assert, assertEquals } from "@std/assert";
import { DTYPE_BYTES, widen } from "../../src/checkpoint/dtype.ts";
import { decodeBf16, decodeF16, narrowF16 } from "../../src/checkpoint/half.ts";

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;
/** Bits of a number that is rounded. */
const narrowed = (value: number): number => {
  const { bytes } = narrowF16(Float32Array.of(value));
  return bytes[0]! + 256 * bytes[1]!;
};
const floatOf = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

Deno.test("narrowF16() gives back every binary16 number that decodeF16() reads", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = decodeF16(bits);
    if (Number.isNaN(value)) assert(Number.isNaN(decodeF16(narrowed(value))));
    else if (narrowed(value) !== bits) assertEquals(narrowed(value), bits);
  }
});

Deno.test("narrowF16() rounds to nearest, ties to even, between all neighbours", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [decodeF16(bits), decodeF16(bits + 1)];
    const middle = (low + high) / 2;
    const below = floatOf(bitsOf(middle) - 1), above = floatOf(bitsOf(middle) + 1);
    const even = bits % 2 === 0 ? bits : bits + 1;
    const got = [below, middle, above].flatMap((value) => [narrowed(value), narrowed(-value)]);
    const wanted = [bits, bits | 0x8000, even, even | 0x8000, bits + 1, (bits + 1) | 0x8000];
    if (got.join() !== wanted.join()) assertEquals(got, wanted);
  }
});

Deno.test("narrowF16() goes to infinity at 65520, to zero at 2^-25, and keeps NaN and signs", () => {
  assertEquals(narrowed(floatOf(bitsOf(65520) - 1)), 0x7bff);
  assertEquals(narrowed(65520), 0x7c00);
  assertEquals(narrowed(-Infinity), 0xfc00);
  assertEquals(narrowed(2 ** -25), 0);
  assertEquals(narrowed(floatOf(bitsOf(2 ** -25) + 1)), 1);
  assertEquals(narrowed(-0), 0x8000);
  assertEquals(narrowed(3e38), 0x7c00);
  assertEquals(narrowed(1e-45), 0);
  assert(Number.isNaN(decodeF16(narrowed(NaN))));
});

Deno.test("narrowF16() rounds each number and names the first that overflows", () => {
  const values = Float32Array.of(1, -2.5, Infinity, 1e-7, 65519, -65520, 1e30);
  const { bytes, overflow } = narrowF16(values);
  assertEquals([...new Uint16Array(bytes.buffer)], [...values].map(narrowed));
  assertEquals(overflow, 5);
  assertEquals(narrowF16(values.subarray(0, 5)).overflow, -1);
});

Deno.test("decodeBf16() is the upper half of an f32", () => {
  for (const value of [0, 1, -1.5, 2 ** -133, Infinity]) assertEquals(decodeBf16(bitsOf(value) >>> 16), value);
});

Deno.test("widen() reads every dtype from little-endian bytes, at any alignment", () => {
  const views: Record<keyof typeof DTYPE_BYTES, ArrayLike<unknown> & { buffer: ArrayBufferLike }> = {
    F64: Float64Array.of(0.5, -3),
    F32: Float32Array.of(0.5, -3),
    F16: Uint16Array.of(0x3800, 0xc200),
    BF16: Uint16Array.of(0x3f00, 0xc040),
    I64: BigInt64Array.of(5n, -3n),
    U64: BigUint64Array.of(5n, 3n),
    I32: Int32Array.of(5, -3),
    U32: Uint32Array.of(5, 4294967295),
    I16: Int16Array.of(5, -3),
    U16: Uint16Array.of(5, 65535),
    I8: Int8Array.of(5, -3),
    U8: Uint8Array.of(5, 255),
    BOOL: Uint8Array.of(7, 0),
  };
  const wanted = {
    ...{ F64: [0.5, -3], F32: [0.5, -3], F16: [0.5, -3], BF16: [0.5, -3], BOOL: [1, 0] },
    ...{
      I64: [5, -3],
      U64: [5, 3],
      I32: [5, -3],
      U32: [5, 4294967296],
      I16: [5, -3],
      U16: [5, 65535],
      I8: [5, -3],
      U8: [5, 255],
    },
  };
  for (const dtype of Object.keys(DTYPE_BYTES) as (keyof typeof DTYPE_BYTES)[]) {
    const bytes = new Uint8Array(views[dtype].buffer);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    assertEquals([...widen(bytes, dtype)], wanted[dtype], dtype);
    assertEquals([...widen(shifted.subarray(1), dtype)], wanted[dtype], `${dtype} shifted`);
  }
});
