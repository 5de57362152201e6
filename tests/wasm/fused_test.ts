import { assertEquals } from "@std/assert";
import { fusesMultiplyAdd } from "../../src/wasm/fused.ts";
import { supports } from "../../src/wasm/load.ts";

Deno.test("fusesMultiplyAdd() decides whether the relaxed build is offered", () => {
  assertEquals(supports("relaxed-simd"), fusesMultiplyAdd());
});

Deno.test("fusesMultiplyAdd() takes an engine that forbids compiling for one that fuses", async () => {
  const source = new URL("../../src/wasm/fused.ts", import.meta.url).href;
  const { Module } = WebAssembly;
  WebAssembly.Module = function () {
    throw new WebAssembly.CompileError("disallowed by embedder");
  } as unknown as typeof WebAssembly.Module;
  try {
    const { fusesMultiplyAdd: fresh } = await import(`${source}?forbidden`);
    assertEquals(fresh(), true);
  } finally {
    WebAssembly.Module = Module;
  }
});
