import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  bands,
  conv2dInBands,
  depthwiseConv2dInBands,
  layerNormInBands,
  linearInBands,
  selectiveScanInBands,
} from "../../src/ops/bands.ts";
import type { Device, Role } from "../../src/device.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { planModel, runModel } from "../../src/run/run_model.ts";
import { sizeOf, type Tensor, tensorOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { SETTINGS } from "../arbitraries.ts";

Deno.test("bands() covers all rows once, in order, in bands of at most 25 ms", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.double({ min: 0, max: 2e9, noNaN: true }),
      (total, multiplyAdds) => {
        const list = [...bands(total, { multiplyAdds })];
        let next = 0;
        for (const { first, count } of list) {
          assertEquals(first, next);
          assert(count > 0 || total === 0);
          if (count > 1) assert((count - 1) / total * multiplyAdds / 20e6 <= 25);
          next += count;
        }
        assertEquals(next, total);
      },
    ),
    SETTINGS,
  );
});

const values = (length: number, scale = 1): Float32Array =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(i * i % 9973));

function weight(device: Device, role: Role, shape: readonly number[], stateSize?: number): Tensor {
  const made = values(sizeOf(shape), 0.1), options = stateSize === undefined ? {} : { stateSize };
  if (role === "scan") made.forEach((value, i) => made[i] = i % shape[2]! < stateSize! ? -1 - Math.abs(value) : value);
  return tensorOf(device.write(made, { role, shape, life: "model", ...options }), shape);
}

/** One banded op beside the whole one. */
interface Pair {
  readonly inBands: (ops: Ops) => Generator<void, Tensor>;
  readonly whole: (ops: Ops) => Tensor;
}

async function assertSame(device: Device, { inBands, whole }: Pair): Promise<void> {
  const once = function* (ops: Ops): Generator<void, Tensor> {
    yield;
    return whole(ops);
  };
  const calls = (forward: Pair["inBands"]) => planModel(forward).calls.length;
  assert(calls(inBands) > calls(once), "the work must be enough for several bands");
  const banded = await runModel(device, inBands), expected = await runModel(device, once);
  assertEquals(banded.length, expected.length);
  assertEquals(banded.findIndex((value, i) => value !== expected[i]), -1);
}

Deno.test("linearInBands() is linear(), also into a scaled stream", async () => {
  await using device = await openWasm();
  const w = weight(device, "linear", [160, 200]), bias = weight(device, "plain", [160]);
  const input = values(20000 * 200), x = (ops: Ops) => ops.input(input, [2, 10000, 200]);
  const epilogue = { bias, activation: "gelu" } as const;
  await assertSame(device, {
    inBands: (ops) => linearInBands(ops, x(ops), w, epilogue),
    whole: (ops) => ops.linear(x(ops), w, epilogue),
  });
  const before = values(20000 * 160),
    stream = (ops: Ops) => ({ into: ops.input(before, [2, 10000, 160]), scale: bias });
  await assertSame(device, {
    inBands: (ops) => linearInBands(ops, x(ops), w, stream(ops)),
    whole: (ops) => ops.linear(x(ops), w, stream(ops)),
  });
});

Deno.test("conv2dInBands() is conv2d() with the size kept", async () => {
  await using device = await openWasm();
  const w = weight(device, "conv2d", [32, 24, 3, 3]), input = values(2 * 300 * 130 * 24);
  const x = (ops: Ops) => ops.input(input, [2, 300, 130, 24]);
  await assertSame(device, {
    inBands: (ops) => conv2dInBands(ops, x(ops), w),
    whole: (ops) => ops.conv2d(x(ops), w, { padding: 1 }),
  });
});

Deno.test("depthwiseConv2dInBands() is depthwiseConv2d(), dilated and activated", async () => {
  await using device = await openWasm();
  const w = weight(device, "depthwise", [40, 3, 3]), input = values(900 * 500 * 40);
  const x = (ops: Ops) => ops.input(input, [1, 900, 500, 40]), options = { activation: "silu", dilation: 2 } as const;
  await assertSame(device, {
    inBands: (ops) => depthwiseConv2dInBands(ops, x(ops), w, options),
    whole: (ops) => ops.depthwiseConv2d(x(ops), w, options),
  });
});

Deno.test("layerNormInBands() is layerNorm(), with its gate", async () => {
  await using device = await openWasm();
  const w = weight(device, "plain", [500]), rows = 52000, input = values(500 * 500);
  const operands = (ops: Ops) => {
    const gate = { ...ops.input(input, [500, 500]), shape: [rows, 500], stride: 4 }; // rows overlap: little memory
    return [gate, w, { epsilon: 1e-5, bias: w, gate }] as const;
  };
  await assertSame(device, {
    inBands: (ops) => layerNormInBands(ops, ...operands(ops)),
    whole: (ops) => ops.layerNorm(...operands(ops)),
  });
});

Deno.test("linearInBands() counts every group of a grouped weight", async () => {
  await using device = await openWasm();
  const w = weight(device, "linear", [4, 160, 50]);
  const input = values(20000 * 200), x = (ops: Ops) => ops.input(input, [1, 20000, 200]);
  await assertSame(device, {
    inBands: (ops) => linearInBands(ops, x(ops), w),
    whole: (ops) => ops.linear(x(ops), w),
  });
});

Deno.test("selectiveScanInBands() carries the state of all four directions over its bands", async () => {
  await using device = await openWasm();
  const [n, r, c, height, width] = [16, 2, 16, 240, 150], l = height * width;
  const constants = weight(device, "scan", [4, c, n + 2 + r], n);
  const options = {
    stateSize: n,
    orders: ["row", "column", "rowReversed", "columnReversed"],
    gridWidth: width,
    sharedInput: true,
  } as const;
  const step = r + 2 * n, input = values(l * c), projected = values(l * 4 * step);
  const operands = (ops: Ops) => [ops.input(input, [1, l, c]), ops.input(projected, [1, l, 4 * step])] as const;
  const inBands = (ops: Ops) => selectiveScanInBands(ops, ...operands(ops), constants, options);
  assert(planModel(inBands).calls.filter(({ kernel }) => kernel === "selective_scan").length > 1);
  const whole = function* (ops: Ops): Generator<void, Tensor> {
    yield;
    return ops.selectiveScan(...operands(ops), constants, options);
  };
  const banded = await runModel(device, inBands), once = await runModel(device, whole);
  // The directions are summed in another order, so the last bit may differ.
  const largest = once.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  for (let i = 0; i < once.length; i++) assert(Math.abs(banded[i]! - once[i]!) <= 1e-6 * largest);
});
