import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { openWebgpu } from "../../src/gpu/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { planModel, runModel } from "../../src/run/run_model.ts";
import { columns, type Tensor, tensorOf } from "../../src/tensor.ts";
import { gpuTest } from "./gpu.ts";

const ramp = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i);

gpuTest("read() returns what was written, and a view without what lies between its rows", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(ramp(12), [3, 4]);
  const [whole, view] = await Promise.all([device.read(x), device.read(columns(x, 1, 2))]);
  assertEquals(whole, ramp(12));
  assertEquals(view, Float32Array.of(1, 2, 5, 6, 9, 10));
});

gpuTest(
  "reads that are asked for together share one submission, also where they need several staging buffers",
  async (device) => {
    using _ = device.scope();
    const ops = new Ops(device), before = device.counts().submits;
    const sizes = [10000, 15000, 40000, 3, 10000];
    const results = await Promise.all(sizes.map((size) => device.read(ops.input(ramp(size), [size]))));
    assertEquals(results, sizes.map(ramp));
    assertEquals(device.counts().submits - before, 1);
  },
);

gpuTest("read() gives the state at its call, though the scope closes and the memory is used again", async (device) => {
  const ops = new Ops(device);
  const early = (() => {
    using _ = device.scope();
    return device.read(ops.add(ops.input(ramp(64), [1, 64]), ops.input(ramp(64), [1, 64])));
  })();
  const late = (() => {
    using _ = device.scope();
    return device.read(ops.copy(ops.input(new Float32Array(64).fill(-1), [1, 64])));
  })();
  assertEquals(await early, ramp(64).map((x) => 2 * x));
  assertEquals(await late, new Float32Array(64).fill(-1));
});

gpuTest("read() of many results at once submits once", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(ramp(100), [4, 25]);
  const results = Array.from({ length: 50 }, () => ops.unary(x, "relu"));
  const before = device.counts().submits;
  await Promise.all(results.map((result) => device.read(result)));
  assertEquals(device.counts().submits - before, 1);
});

gpuTest("write() into memory that open commands still use does not overtake them", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const sum = ops.zeros([1, 32]);
  for (let i = 1; i <= 5; i++) {
    using _ = device.scope();
    ops.binary("add", ops.copy(sum), ops.input(new Float32Array(32).fill(i), [1, 32]), { out: sum });
  }
  assertEquals(await device.read(sum), new Float32Array(32).fill(15));
});

gpuTest("run() reads and writes parts of one buffer in one call", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(ramp(12), [2, 6]);
  ops.unary(columns(x, 0, 2), "none", { out: columns(x, 4, 2) });
  ops.unary(x, "relu", { out: x });
  assertEquals(await device.read(x), Float32Array.of(0, 1, 2, 3, 0, 1, 6, 7, 8, 9, 6, 7));
});

gpuTest("run() refuses one buffer for two results, by name", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(ramp(8), [2, 4]), weight = ops.input(ramp(4), [4]), both = ops.zeros([2, 4]);
  assertThrows(
    () => ops.rmsNorm(x, weight, { epsilon: 1e-5, residual: both, out: both }),
    TypeError,
    "Cannot run rms_norm as out must be in another buffer than residual",
  );
  await device.flush();
});

gpuTest("memory() is flat over runs of one size and forgets sizes that are no longer used", async (device) => {
  const ops = new Ops(device);
  const run = async (length: number) => {
    using _ = device.scope();
    const x = ops.input(ramp(length), [1, length]);
    await device.read(ops.add(ops.copy(x), x));
  };
  await run(50_000);
  const first = device.memory();
  assertEquals(first.run, 0);
  assert(first.peak >= 3 * 4 * 50_000);
  for (let i = 0; i < 5; i++) await run(50_000);
  assertEquals(device.memory(), first);
  for (let i = 0; i < 10; i++) await run(100);
  assert(device.memory().reserved < first.reserved - 3 * 4 * 50_000);
});

gpuTest("free() gives weights back", async (device) => {
  const empty = device.memory();
  const buffer = device.write(ramp(1000), { life: "model" });
  assert(device.memory().weights >= 4000);
  using _ = device.scope();
  const copied = device.read(new Ops(device).copy(tensorOf(buffer, [1, 1000])));
  device.free(buffer);
  assertEquals(await copied, ramp(1000));
  assertEquals(device.memory().weights, empty.weights);
});

gpuTest("alloc() needs an open scope", async (device) => {
  assertThrows(() => device.alloc(4), Error, "a scope must be open");
  await device.flush();
});

gpuTest(
  "a buffer beyond the limit gives one error that names kernel and operand, at the next await",
  async (device) => {
    using _ = device.scope();
    const ops = new Ops(device);
    const huge = tensorOf(device.alloc(2 ** 31), [2 ** 15, 2 ** 16]);
    const same = ops.unary(huge, "silu", { out: huge });
    const error = await assertRejects(() => device.read(same), RangeError);
    assertStringIncludes(error.message, "Cannot run unary as x must fit a WebGPU binding of");
    assertEquals(await device.read(ops.input(ramp(4), [4])), ramp(4));
  },
);

gpuTest("prepare() makes the pipelines that a pass needs, once, and computes nothing", async (device) => {
  const { calls } = planModel(function* (ops): Generator<void, Tensor> {
    const x = ops.unary(ops.input(ramp(4), [1, 4]), "silu");
    yield;
    return ops.unary(ops.add(x, x), "silu");
  });
  for (let i = 0; i < 2; i++) {
    await device.prepare(calls);
    assertEquals(device.counts(), { calls: {}, dispatches: 0, submits: 0, pipelines: 2 });
  }
});

gpuTest("time() gives the passes of what was issued, each kernel apart where asked", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(ramp(4096), [64, 64]);
  const passes = await device.time(() => void ops.unary(ops.add(x, x), "silu"), { perKernel: true });
  assertEquals(passes.map(({ kernel }) => kernel), ["binary", "unary"]);
  for (const { start, end } of passes) assert(end >= start);
});

for (
  const [what, source] of [
    ["does not parse", "fn main( {"],
    [
      "does not fit its operands",
      "@group(0) @binding(7) var<storage, read_write> q: array<f32>; @compute @workgroup_size(1) fn main() { q[0] = 1.0; }",
    ],
  ] as const
) {
  gpuTest(`a shader that ${what} gives an error that names the kernel, every time it is used`, async (device) => {
    using _ = device.scope();
    const ops = new Ops(device);
    const x = ops.input(ramp(4), [1, 4]);
    for (let i = 0; i < 2; i++) {
      const error = await assertRejects(() => device.read(ops.unary(x, "silu")), Error);
      assertStringIncludes(error.message, "Cannot run unary as its shader must be valid: ");
      assert(error.message.length < 1000);
    }
    assertEquals(await device.read(x), ramp(4));
  }, { shaders: { unary: source } });
}

gpuTest(
  "destroy() rejects pending and later work with a clear error, and another device can be opened",
  async (device) => {
    const ops = new Ops(device);
    using _ = device.scope();
    const x = ops.input(ramp(4), [1, 4]);
    const pending = device.read(ops.unary(x, "silu"));
    device.destroy();
    await assertRejects(() => pending, Error, "the WebGPU device was lost");
    await assertRejects(() => device.flush(), Error, "the WebGPU device was lost");
    assertThrows(() => ops.unary(x, "silu"), Error, "the WebGPU device was lost");
    await using next = await openWebgpu();
    using __ = next.scope();
    assertEquals(await next.read(new Ops(next).input(ramp(4), [4])), ramp(4));
  },
);

gpuTest("what a tap reads in a run that fails is no unhandled rejection", async (device) => {
  const readings: Promise<Float32Array>[] = [];
  const run = runModel(device, function* (ops, tap) {
    const y = ops.unary(ops.input(ramp(4), [1, 4]), "silu");
    if (tap) {
      tap("y", y);
      device.destroy();
    }
    yield;
    return y;
  }, { tap: (_, y) => void readings.push(device.read(y)) });
  await assertRejects(() => run, Error, "the WebGPU device was lost");
  await new Promise((resolve) => setTimeout(resolve, 50)); // what nobody handles is reported
  await assertRejects(() => readings[0]!, Error, "the WebGPU device was lost");
});

gpuTest("close() can be called twice; later calls say that the device is closed", async (device) => {
  device.close();
  device.close();
  await assertRejects(() => device.flush(), Error, "the WebGPU device is closed");
  assertThrows(() => device.write(ramp(4), { life: "model" }), Error, "the WebGPU device is closed");
});

gpuTest("limits: default stays within what every WebGPU device has", async (device) => {
  using _ = device.scope();
  const ops = new Ops(device);
  const huge = tensorOf(device.alloc(2 ** 25 + 4), [2 ** 25 + 4]);
  await assertRejects(() => device.read(ops.copy(huge)), RangeError, "must fit a WebGPU binding of 128.0 MiB");
}, { limits: "default" });
