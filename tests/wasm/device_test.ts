import { assert, assertEquals, assertThrows } from "@std/assert";
import { Ops } from "../../src/ops/ops.ts";
import { runModel } from "../../src/run/run_model.ts";
import { columns, type Tensor, tensorOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";

for (const variant of ["simd128", "relaxed-simd"] as const) {
  Deno.test(`openWasm() opens the ${variant} build it is asked for`, async () => {
    await using device = await openWasm({ variant });
    assertEquals([device.kind, device.name], ["wasm", `wasm ${variant}`]);
  });
}

Deno.test("openWasm() takes a module that was compiled before", async () => {
  const module = await WebAssembly.compile(
    await Deno.readFile(new URL("../../src/wasm/kernels_simd128.wasm", import.meta.url)),
  );
  await using device = await openWasm({ module, variant: "simd128" });
  using _ = device.scope();
  const ops = new Ops(device);
  assertEquals([...await device.read(ops.unary(ops.input(Float32Array.of(-1, 2), [1, 2]), "relu"))], [0, 2]);
});

Deno.test("WASM device demands an open scope for run memory", async () => {
  await using device = await openWasm();
  assertThrows(() => device.alloc(4), Error, "a scope must be open");
});

Deno.test("WASM device frees run memory with its scope, inner scopes with the outer one", async () => {
  await using device = await openWasm();
  const outer = device.scope();
  device.alloc(100);
  const { run } = device.memory();
  device.scope();
  device.alloc(1000);
  assert(device.memory().run > run);
  outer[Symbol.dispose]();
  assertEquals(device.memory().run, 0);
  assert(device.memory().peak >= 4400);
});

Deno.test("WASM device reuses memory: a thousand runs take no more than one", async () => {
  await using device = await openWasm();
  const round = () => {
    using _ = device.scope();
    const ops = new Ops(device), x = ops.input(new Float32Array(3000), [30, 100]);
    ops.empty([0, 100]);
    using __ = ops.scope();
    ops.add(x, ops.copy(x));
  };
  round();
  const { reserved } = device.memory();
  for (let i = 0; i < 1000; i++) round();
  assertEquals(device.memory().reserved, reserved);
});

Deno.test("WASM device keeps weights until they are freed, whatever the scope", async () => {
  await using device = await openWasm();
  const scope = device.scope();
  const weights = device.write(Float32Array.of(1, 2, 3), { life: "model" });
  scope[Symbol.dispose]();
  assertEquals([...await device.read(tensorOf(weights, [3]))], [1, 2, 3]);
  assertEquals(device.memory().weights, 64);
  device.free(weights);
  device.free(weights);
  assertEquals(device.memory().weights, 0);
});

Deno.test("WASM device reads what was written before the memory grew", async () => {
  await using device = await openWasm();
  using _ = device.scope();
  const before = device.write(Float32Array.of(4, 5), { life: "run" });
  const { reserved } = device.memory();
  device.alloc(reserved);
  const after = device.write(Float32Array.of(6, 7), { life: "run" });
  assert(device.memory().reserved > reserved);
  assertEquals([...await device.read(tensorOf(before, [2]))], [4, 5]);
  assertEquals([...await device.read(tensorOf(after, [2]))], [6, 7]);
});

Deno.test("WASM device reads views row by row", async () => {
  await using device = await openWasm();
  using _ = device.scope();
  const x = new Ops(device).input(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  assertEquals([...await device.read(columns(x, 1, 2))], [2, 3, 5, 6]);
});

Deno.test("WASM device gives what was read for ever, though the memory is used again", async () => {
  await using device = await openWasm();
  const scope = device.scope();
  const read = await device.read(new Ops(device).input(Float32Array.of(1, 2), [2]));
  scope[Symbol.dispose]();
  using _ = device.scope();
  device.write(Float32Array.of(8, 9), { life: "run" });
  assertEquals([...read], [1, 2]);
});

Deno.test("WASM device runs two models at once one after the other, both right", async () => {
  await using device = await openWasm();
  const events: string[] = [];
  const power = (name: string, base: number) =>
    runModel(device, function* (ops): Generator<void, Tensor> {
      let x = ops.input(Float32Array.of(base), [1, 1]);
      for (let i = 0; i < 3; i++) {
        x = ops.binary("multiply", x, x);
        if (ops.device.kind === "wasm") events.push(name);
        yield;
      }
      return x;
    });
  const [two, three] = await Promise.all([power("a", 2), power("b", 3)]);
  assertEquals([two![0], three![0]], [256, 6561]);
  assertEquals(events.join(""), "aaabbb");
  assertEquals(device.memory().run, 0);
});

Deno.test("WASM device refuses everything once it is closed", async () => {
  const device = await openWasm(), buffer = device.write(Float32Array.of(1), { life: "model" });
  device.close();
  for (
    const use of [
      () => device.alloc(1),
      () => device.write(Float32Array.of(1), { life: "model" }),
      () => device.reserve(1),
      () => device.read(tensorOf(buffer, [1])),
      () => new Ops(device).unary(tensorOf(buffer, [1]), "relu"),
    ]
  ) assertThrows(use, Error, "the WASM device is closed");
});
