import { assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../src/device.ts";
import type { KernelName, Operands, Params } from "../../src/kernels.ts";
import { openReference } from "../../src/reference/device.ts";
import type { Tensor } from "../../src/tensor.ts";
import { Draw } from "../arbitraries.ts";
import { type Case, checkCase } from "./conformance.ts";

/** A reference device that changes one element after every kernel, counted from the first element of `out`. */
function meddling(at: number, change: (value: number) => number): Device {
  const device = openReference();
  return {
    ...device,
    name: "meddling",
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      device.run(kernel, operands, params);
      const { out } = operands as { readonly out: Tensor };
      const { array } = out.buffer as unknown as { array: Float32Array };
      array[out.offset + at] = change(array[out.offset + at]!);
    },
  };
}

/** silu of a 3 × 5 view with gaps. */
function silu(): Case {
  const draw = new Draw({ mood: "ordinary", viewed: true, seed: 7 });
  return {
    operands: { x: draw.input([3, 5]), out: { ...draw.out([3, 5]), lead: 2, gap: 4 } },
    call: (ops, t) => ops.unary(t.x!, "silu", { out: t.out! }),
  };
}

Deno.test("checkCase() passes a device that equals the oracle", async () => {
  await checkCase(openReference(), openReference({ precision: "f64" }), silu());
});

for (
  const [fault, at, change, message] of [
    ["a relative error of 3e-5", 10, (v: number) => v * (1 + 3e-5), "differs first at row 1, column 1"],
    ["an element that was never written", 9, () => NaN, "differs first at row 1, column 0"],
    ["a word changed between two rows", 5, (v: number) => v + 1, "was written outside its rows at row 0, column 5"],
    ["a word changed before the first row", -1, () => 0, "was written outside its rows at row -1"],
    ["a word changed after the last row", 23, () => NaN, "was written outside its rows at row 2, column 5"],
  ] as const
) {
  Deno.test(`checkCase() reports ${fault} with kernel, parameters, device and place`, async () => {
    const error = await assertRejects(
      () => checkCase(meddling(at, change), openReference({ precision: "f64" }), silu()),
      Error,
      message,
    );
    assertEquals(error.message.startsWith('unary {"rows":3,"columns":5'), true);
    assertEquals(error.message.includes("on meddling: out"), true);
  });
}

Deno.test("checkCase() gives results that an op allocates a guarded place of their own", async () => {
  const draw = new Draw({ mood: "ordinary", viewed: true, seed: 7 });
  const given: Case = { operands: { x: draw.input([2, 3, 5]) }, call: (ops, t) => ops.meanRows(t.x!) };
  await checkCase(openReference(), openReference({ precision: "f64" }), given);
  await assertRejects(
    () => checkCase(meddling(5, () => 0), openReference({ precision: "f64" }), given),
    Error,
    "result 1 was written outside its rows",
  );
});

Deno.test("checkCase() demands NaN where the oracle has NaN", async () => {
  const device = meddling(0, () => 0), oracle = openReference({ precision: "f64" });
  const x = { ...new Draw({ mood: "ordinary", viewed: false, seed: 1 }).input([1, 1]), values: Float32Array.of(NaN) };
  await assertRejects(
    () => checkCase(device, oracle, { operands: { x }, call: (ops, t) => ops.copy(t.x!) }),
    Error,
    "is 0, should be NaN",
  );
});
