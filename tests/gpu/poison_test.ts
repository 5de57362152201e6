import fc from "fast-check";
import { assertEquals } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { openWebgpu } from "../../src/gpu/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { columns, type Tensor, tensorOf } from "../../src/tensor.ts";
import { gpuTest } from "./gpu.ts";

const ROWS = 6, WIDTH = 8, SIZE = ROWS * WIDTH;

type Step = (ops: Ops, x: Tensor) => Tensor;

const weight = (device: Device, role: "linear" | "conv1d" | "scan", shape: readonly number[], stateSize?: number) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length }, (_, i) => Math.sin(i) / 2 - (role === "scan" ? 0.6 : 0));
  const state = stateSize === undefined ? {} : { stateSize };
  return tensorOf(device.write(data, { life: "run", role, shape, ...state }), shape);
};

/** Ops from [1, 6, 8] to [1, 6, 8], with temporary memory inside and outside scopes of their own. */
const STEPS: Readonly<Record<string, Step>> = {
  silu: (ops, x) => ops.unary(x, "silu"),
  double: (ops, x) => ops.add(x, x),
  linear: (ops, x) => ops.linear(x, weight(ops.device, "linear", [WIDTH, WIDTH])),
  "linear into": (ops, x) => {
    const sum = ops.copy(x);
    return ops.linear(x, weight(ops.device, "linear", [WIDTH, WIDTH]), { into: sum });
  },
  norm: (ops, x) => ops.rmsNorm(x, ops.input(new Float32Array(WIDTH).fill(1), [WIDTH]), { epsilon: 1e-5 }),
  mean: (ops, x) => ops.binary("add", x, ops.meanRows(x), { per: "image" }),
  convolution: (ops, x) =>
    ops.causalConv1d(x, weight(ops.device, "conv1d", [1, WIDTH, 3]), { orders: ["rowReversed"] }),
  scan: (ops, x) => {
    const projection = ops.linear(x, weight(ops.device, "linear", [WIDTH + 6, WIDTH]));
    return ops.selectiveScan(x, projection, weight(ops.device, "scan", [1, WIDTH, 5], 3), {
      orders: ["row"],
      stateSize: 3,
    });
  },
  scoped: (ops, x) => {
    const out = ops.empty([1, ROWS, WIDTH]);
    using _ = ops.scope();
    const half = ops.unary(columns(x, 0, WIDTH / 2), "sigmoid");
    ops.copy(half);
    ops.unary(columns(x, WIDTH / 2, WIDTH / 2), "none", { out: columns(out, 0, WIDTH / 2) });
    ops.unary(half, "none", { out: columns(out, WIDTH / 2, WIDTH / 2) });
    return out;
  },
};

function perform(device: Device, names: readonly string[]): Promise<Float32Array> {
  using _ = device.scope();
  const ops = new Ops(device);
  let x = ops.input(Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i)), [1, ROWS, WIDTH]);
  for (const name of names) x = STEPS[name]!(ops, x);
  return device.read(x);
}

/** Fills memory of many sizes with NaN and gives it back to the pool. */
function poison(device: Device): void {
  using _ = device.scope();
  for (let length = 4; length <= 4 * SIZE; length += 4) {
    for (let copies = 0; copies < 3; copies++) device.write(new Float32Array(length).fill(NaN), { life: "run" });
  }
}

const sequence = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 1, maxLength: 8 });

gpuTest("run() gives results that do not depend on what ran before, over NaN in all free memory", async (device) => {
  const runs = fc.array(sequence, { minLength: 1, maxLength: 25, size: "max" });
  await fc.assert(
    fc.asyncProperty(runs, async (sequences) => {
      poison(device);
      const results = await Promise.all(sequences.map((names) => perform(device, names)));
      poison(device);
      const again = await Promise.all(sequences.map((names) => perform(device, names)));
      assertEquals(again, results);
      await using fresh = await openWebgpu();
      for (const [i, names] of sequences.entries()) {
        assertEquals(results[i], await perform(fresh, names), names.join(", "));
        assertEquals(results[i]!.every(Number.isFinite), true, names.join(", "));
      }
    }),
    { seed: 0x51de, numRuns: 10 },
  );
});
