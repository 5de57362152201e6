/** Weights of 16 bits in memory: the same bits as with weights of 32 bits, and half the bytes. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { bind, compacted } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { mambaLm, mambaLmWeights } from "../../src/models/mamba_lm/forward.ts";
import { mambaLmConfig } from "../../src/models/mamba_lm/options.ts";
import { Ops } from "../../src/ops/ops.ts";
import { runModel } from "../../src/run/run_model.ts";
import { reshape, type Tensor, tensorOf } from "../../src/tensor.ts";
import { openWasm, type WasmOptions } from "../../src/wasm/device.ts";
import { TINY, tinyCheckpoint } from "../language/tiny.ts";

const OPTIONS: readonly WasmOptions[] = [
  { variant: "simd128", threads: 1 },
  { variant: "relaxed-simd", threads: 1 },
  { threads: 3, grain: 0 },
];

/** All finite numbers of 16 bits, both zeros among them. */
const FINITE = Float32Array.from(
  new Float16Array(Uint16Array.from({ length: 0x10000 }, (_, bits) => bits).buffer),
).filter(Number.isFinite);

function weightOf(device: Device, data: Float32Array, shape: readonly number[], compact: boolean): Tensor {
  return tensorOf(device.write(data, { role: "linear", shape, life: "run", compact }), shape);
}

const wave = (length: number, pace: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(pace * i + 1));

Deno.test("linear takes weights of any width as compact: the widest stay in 32 bits", async () => {
  await using device = await openWasm({ threads: 1 });
  for (const inner of [15_200, 15_201, 40_000]) {
    using _ = device.scope();
    const ops = new Ops(device), x = ops.input(wave(2 * inner, 0.7), [2, inner]);
    const data = Float32Array.from(new Float16Array(wave(9 * inner, 1.3)));
    const [half, full] = await Promise.all(
      [true, false].map((compact) => device.read(ops.linear(x, weightOf(device, data, [9, inner], compact)))),
    );
    assertEquals(half, full);
  }
});

for (const options of OPTIONS) {
  const name = options.variant ?? "three threads";

  Deno.test(`every finite number of 16 bits is read exactly, on ${name}`, async () => {
    await using device = await openWasm(options);
    using _ = device.scope();
    const ops = new Ops(device), shape = [FINITE.length, 1], before = device.memory().run;
    const weight = weightOf(device, FINITE, shape, true);
    assert(device.memory().run - before <= 2 * FINITE.length + 64);
    const index = ops.input(Uint32Array.from(FINITE, (_, i) => i), [FINITE.length]);
    const rows = ops.gatherRows(reshape(weight, [1, ...shape]), index, { packed: true });
    assertEquals((await device.read(rows)).findIndex((value, i) => !Object.is(value, FINITE[i])), -1);
    for (const count of [1, 2]) {
      const found = await device.read(ops.linear(ops.input(new Float32Array(count).fill(1), [count, 1]), weight));
      assertEquals(found.findIndex((value, i) => !Object.is(value, 0 + FINITE[i % FINITE.length]!)), -1);
    }
  });

  Deno.test(`linear gives the bits it gives with the same weight of 32 bits, on ${name}`, async () => {
    await using device = await openWasm(options);
    await device.prepare?.([]);
    for (
      const [rows, inner, outer] of [[1, 24, 20], [1, 3000, 67], [40, 24, 20], [300, 130, 515], [3, 0, 9]] as const
    ) {
      using _ = device.scope();
      const ops = new Ops(device), x = ops.input(wave(rows * inner, 0.7), [rows, inner]);
      const data = Float32Array.from(new Float16Array(wave(outer * inner, 1.3)));
      const vector = (length: number) => ops.input(wave(length, 0.3), [length]);
      const bias = vector(outer), scale = vector(outer), factors = vector(inner);
      const [half, full] = await Promise.all([true, false].flatMap((compact) => {
        const weight = weightOf(device, data, [outer, inner], compact);
        const into = ops.input(wave(rows * outer, 0.2), [rows, outer]);
        const norm = { kind: "rms", weight: factors, epsilon: 1e-5 } as const;
        return Promise.all([
          device.read(ops.linear(x, weight)),
          device.read(ops.linear(x, weight, { bias, activation: "silu" })),
          device.read(ops.linear(x, weight, { bias, into, scale, ...(inner > 0 ? { norm } : {}) })),
        ]);
      }));
      assertEquals(half, full);
    }
  });
}

Deno.test("a weight that holds other numbers stays as it is, and only linear and gatherRows take one of 16 bits", async () => {
  await using device = await openWasm({ threads: 1 });
  using _ = device.scope();
  const ops = new Ops(device), x = ops.input(Float32Array.of(1, 2), [1, 2]);
  const other = weightOf(device, Float32Array.of(0.1, 1, 2, 3), [2, 2], true);
  assertEquals(await device.read(ops.linear(x, other)), Float32Array.of(Math.fround(0.1) + 2, 8));
  const half = weightOf(device, Float32Array.of(1, 1, 2, 3), [2, 2], true);
  assertThrows(() => ops.unary(half, "none"), TypeError, "must be of 32 bits");
  const index = ops.input(Uint32Array.of(0), [1]), rows = reshape(half, [1, 2, 2]);
  assertThrows(() => ops.gatherRows(rows, index), TypeError, "must be of 32 bits");
});

Deno.test("a language model of 16 bits gives the same logits in less memory", async () => {
  await using device = await openWasm({ threads: 1 });
  const config = mambaLmConfig(TINY), spec = compacted(mambaLmWeights(config)), ids = Uint32Array.of(3, 1, 4, 1, 5);
  const entries = new Map([...tinyCheckpoint().entries].map(([key, entry]) => {
    const read = async () => Float32Array.from(new Float16Array(await entry.read()));
    return [key, { ...entry, dtype: "F16", read } as const];
  }));
  const logitsOf = async (compact: boolean) => {
    const before = device.memory().weights, { weights, dispose } = await bind(spec, { entries }, device, { compact });
    const bytes = device.memory().weights - before;
    const logits = await runModel(device, (ops) => mambaLm(ops, weights, config, ids, 1, { everyToken: true }));
    dispose();
    return { bytes, logits };
  };
  const half = await logitsOf(true), full = await logitsOf(false);
  assertEquals(half.logits, full.logits);
  assert(half.bytes < 0.8 * full.bytes);
});

Deno.test("compacted() marks matrices and nothing else", () => {
  const leaf = (role: "linear" | "plain", shape: number[]) => ({ kind: "leaf", role, shape, parts: {} }) as never;
  const made = compacted({
    a: leaf("linear", [2, 3]),
    b: [leaf("plain", [2]), undefined],
    c: leaf("linear", [2, 4, 3]),
  });
  assertEquals(JSON.stringify(made).match(/"compact":true/g)?.length, 1);
});
