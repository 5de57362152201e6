import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { fromBase85, toBase85 } from "../../src/bytes/base85.ts";

Deno.test("fromBase85() reads the test vector of ZeroMQ's RFC 32", () => {
  const bytes = Uint8Array.from([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
  assertEquals(fromBase85("HelloWorld"), bytes);
  assertEquals(toBase85(bytes), "HelloWorld");
});

Deno.test("fromBase85() undoes toBase85(), up to zeros at the end", () =>
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    const back = fromBase85(toBase85(bytes));
    assertEquals(back.subarray(0, bytes.length), new Uint8Array(bytes));
    assertEquals(back.subarray(bytes.length), new Uint8Array(back.length - bytes.length));
  })));
