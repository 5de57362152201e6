import { assert, assertEquals, assertRejects } from "@std/assert";
import { openDevice } from "../src/open_device.ts";

Deno.test("openDevice() takes a device and says why", async () => {
  await using device = await openDevice();
  assert(device.account!.tried.length > 0);
  assert(device.account!.reason.length > 0);
});

Deno.test("openDevice() takes what is preferred or required", async () => {
  for (const kind of ["wasm", "wasm-simd128", "reference"] as const) {
    await using preferred = await openDevice({ prefer: kind });
    await using required = await openDevice({ require: kind });
    assertEquals(preferred.name, required.name);
    assertEquals(required.account!.reason, "it was required");
    assert(preferred.name.startsWith(kind.split("-")[0]!));
  }
});

Deno.test("openDevice() says what was tried when the required device cannot be had", async () => {
  const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  await assertRejects(() => openDevice({ require: "wasm", wasm: module }), Error, "WASM with relaxed SIMD");
});
