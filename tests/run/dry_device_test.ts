import { assert, assertEquals } from "@std/assert";
import { openDry } from "../../src/run/dry_device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { planModel } from "../../src/run/run_model.ts";
import { openReference } from "../../src/reference/device.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";

/** Two layers over [4, 8], the first one in a scope of its own. */
function* twoLayers(ops: Ops): Generator<void, Tensor> {
  const x = ops.zeros([4, 8]);
  const weight = tensorOf(ops.device.write(new Float32Array(64), { role: "linear", shape: [8, 8], life: "run" }), [
    8,
    8,
  ]);
  {
    using _ = ops.scope();
    ops.unary(ops.linear(x, weight), "silu", { out: x });
    yield;
  }
  return ops.linear(x, weight, { activation: "gelu" });
}

Deno.test("planModel() records the kernels in order and their work", () => {
  const plan = planModel(twoLayers);
  assertEquals(plan.calls.map(({ kernel }) => kernel), ["linear", "unary", "linear"]);
  assertEquals(plan.multiplyAdds, 2 * 4 * 8 * 8);
  assertEquals(plan.exps, 2 * 4 * 8);
  assertEquals(plan.stateElements, 0);
});

Deno.test("planModel() finds the most memory held at once", () => {
  // x 128 bytes, weight 256, and 128 for one result at a time.
  assertEquals(planModel(twoLayers).peak, 128 + 256 + 128);
});

Deno.test("planModel() counts the steps and states of a scan, and of its bands the same in sum", () => {
  const scan = (bands: readonly number[]) =>
    planModel(function* (ops): Generator<void, Tensor> {
      const shape = [2, 6, 4 + 2 + 3], out = ops.zeros([1, 10, 6]);
      const constants = tensorOf(ops.device.write(new Float32Array(108), { life: "run" }), shape);
      let first = 0;
      for (const count of bands) {
        ops.selectiveScan(ops.empty([1, 10, 12]), ops.empty([1, 10, 22]), constants, {
          orders: ["row", "rowReversed"],
          stateSize: 4,
          sharedInput: false,
          into: out,
          steps: { first, count },
        });
        first += count;
        yield;
      }
      return out;
    });
  const whole = scan([10]), banded = scan([3, 0, 7]);
  assertEquals(whole.stateElements, 10 * 6 * 2 * 4);
  assertEquals(whole.multiplyAdds, 10 * 6 * 2 * 3);
  for (const key of ["stateElements", "multiplyAdds", "exps"] as const) assertEquals(banded[key], whole[key]);
});

Deno.test("openDry() tells weights from run memory", () => {
  const dry = openDry(), buffer = dry.write(new Float32Array(10), { life: "model" });
  assertEquals([dry.memory().weights, dry.memory().run], [40, 0]);
  dry.free(buffer);
  assertEquals(dry.memory().weights, 0);
});

Deno.test("openDry() gives results of the right shape without computing", async () => {
  const forward = (ops: Ops) => {
    const steps = twoLayers(ops);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  };
  const dry = openDry(), reference = openReference();
  const planned = forward(new Ops(dry)), computed = forward(new Ops(reference));
  assertEquals(planned.shape, computed.shape);
  assertEquals((await dry.read(planned)).length, (await reference.read(computed)).length);
  assert(dry.plan().calls.length === 3);
});
