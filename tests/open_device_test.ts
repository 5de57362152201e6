import { assert, assertEquals, assertRejects } from "@std/assert";
import { openDevice } from "../src/open_device.ts";

const NO_GPU = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;

Deno.test("openDevice() takes a device and says why", async () => {
  await using device = await openDevice({ gpu: NO_GPU });
  assertEquals(device.kind, "wasm");
  assertEquals(device.account!.tried, [
    "WebGPU: WebGPU found no adapter",
    "WASM with relaxed SIMD: available, a thread for every usable core, taken",
  ]);
  assertEquals(device.account!.reason, "the fastest device here (WebGPU: WebGPU found no adapter)");
});

Deno.test("openDevice() does not take WebGPU on the processor unless it is asked for", async () => {
  const adapter = { info: { description: "llvmpipe" }, features: new Set(), limits: {} } as unknown as GPUAdapter;
  const gpu = { requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU;
  await using device = await openDevice({ gpu });
  assertEquals(device.kind, "wasm");
  assert(device.account!.reason.includes("llvmpipe computes on the processor"), device.account!.reason);
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

Deno.test("openDevice() goes on to the next device when a preferred one cannot be had", async () => {
  await using device = await openDevice({ prefer: "webgpu", gpu: NO_GPU });
  assertEquals(device.kind, "wasm");
});

Deno.test("openDevice() takes no slower device where a wish makes no sense", async () => {
  for (const threads of [0, -1, 1.5, NaN]) {
    await assertRejects(() => openDevice({ threads }), RangeError, "threads must be");
  }
  await assertRejects(
    () => openDevice({ prefer: "cuda" as never }),
    RangeError,
    "webgpu, wasm, wasm-simd128, reference",
  );
  await assertRejects(() => openDevice({ require: "cuda" as never }), RangeError, "current value is cuda");
});

Deno.test("openDevice() says what was tried when the required device cannot be had", async () => {
  const module = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  await assertRejects(() => openDevice({ require: "wasm", wasm: module }), Error, "WASM with relaxed SIMD");
  await assertRejects(() => openDevice({ require: "webgpu", gpu: NO_GPU }), Error, "WebGPU: WebGPU found no adapter");
});
