import { assert, assertEquals, assertRejects } from "@std/assert";
import { estimateMilliseconds } from "../../src/kernels.ts";
import { openDry } from "../../src/run/dry_device.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { runModel } from "../../src/run/run_model.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";

/** `blocks` blocks of about 55 estimated milliseconds each; dry devices do them in no time. */
const heavy = (blocks: number, onBlock: (i: number) => void = () => {}) =>
  function* (ops: Ops): Generator<void, Tensor> {
    const x = ops.empty([1100, 1000]);
    const weight = tensorOf(ops.device.write(new Float32Array(1e6), { life: "model" }), [1000, 1000]);
    for (let i = 0; i < blocks; i++) {
      ops.linear(x, weight, { out: x });
      onBlock(i);
      yield;
    }
    return x;
  };

Deno.test("estimateMilliseconds() adds multiply-adds, exponentials and states", () => {
  assertEquals(estimateMilliseconds({ multiplyAdds: 20e6, exps: 1e6, stateElements: 1.5e6 }), 3);
});

Deno.test("runModel() returns what the forward pass returns, as the caller's own", async () => {
  const device = openReference();
  const result = await runModel(device, function* (ops): Generator<void, Tensor> {
    yield;
    return ops.add(ops.input(Float32Array.of(1, 2), [1, 2]), ops.input(Float32Array.of(10, 20), [1, 2]));
  });
  assertEquals([...result], [11, 22]);
  assertEquals(device.memory().run, 0);
});

Deno.test("runModel() lets timers and an abort by them through between runs that are short, such as tokens", async () => {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(new Error("stopped")), 20);
  const device = openReference(), end = performance.now() + 2000;
  let runs = 0;
  await assertRejects(
    async () => {
      while (performance.now() < end) {
        runs++;
        await runModel(device, function* (ops): Generator<void, Tensor> {
          yield;
          return ops.input(Float32Array.of(1), [1, 1]);
        }, { signal: stop.signal });
      }
    },
    Error,
    "stopped",
  );
  assert(runs > 1, `${runs} runs`);
  clearTimeout(timer);
});

Deno.test("runModel() plans a run that is like an earlier one no second time, and any other", async () => {
  let passes = 0;
  const model = {}, device = openReference();
  const run = (size: number, like?: { readonly model: object; readonly key: string }) =>
    runModel(device, function* (ops): Generator<void, Tensor> {
      passes++;
      yield;
      return ops.input(new Float32Array(size).fill(size), [1, size]);
    }, { like });
  const passesOf = async (...given: Parameters<typeof run>): Promise<number> => {
    passes = 0;
    assertEquals(await run(...given), new Float32Array(given[0]).fill(given[0]));
    return passes;
  };
  assertEquals(await passesOf(3), 2);
  assertEquals(await passesOf(3, { model, key: "3" }), 2);
  assertEquals(await passesOf(3, { model, key: "3" }), 1);
  assertEquals(await passesOf(4, { model, key: "4" }), 2);
  assertEquals(await passesOf(3, { model: {}, key: "3" }), 2);
  // A few plans are kept, not all.
  for (let size = 5; size < 20; size++) assertEquals(await passesOf(size, { model, key: String(size) }), 2);
  assertEquals(await passesOf(19, { model, key: "19" }), 1);
  assertEquals(await passesOf(4, { model, key: "4" }), 2);
});

Deno.test("runModel() reports progress that rises to 1, and the event loop gets its turns", async () => {
  const fractions: number[] = [];
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  // Each block takes longer than the timer, which is due whenever the pass gives it a turn.
  const busy = (): void => {
    for (const until = performance.now() + 3; performance.now() < until;) continue;
  };
  await runModel(openDry(), heavy(8, busy), { onProgress: ({ fraction }) => fractions.push(fraction) });
  clearInterval(timer);
  assertEquals(fractions.map((fraction) => Math.round(8 * fraction)), [1, 2, 3, 4, 5, 6, 7, 8, 8]);
  assert(ticks >= 4, `${ticks} ticks`);
});

Deno.test("runModel() waits for the device before it calls work done", async () => {
  const device = openDry(), order: string[] = [];
  device.flush = () => Promise.resolve(order.push("flush")).then(() => {});
  await runModel(device, heavy(2, (i) => order.push(`block ${i}`)), { onProgress: () => order.push("progress") });
  // The first two blocks are those of the plan.
  assertEquals(order.slice(2).join(), "block 0,flush,progress,block 1,flush,progress,progress");
});

Deno.test("runModel() gives a queue that was faster than its pace more at once, in the next run too", async () => {
  let flushes = 0;
  const flush = () => new Promise<void>((resolve) => setTimeout(resolve, 1, void flushes++));
  const device = { ...openDry(), pace: 1, flush };
  const counts: number[] = [];
  for (let run = 0; run < 2; run++) {
    flushes = 0;
    await runModel(device, heavy(4));
    counts.push(flushes);
  }
  assertEquals(counts, [1, 0]);
});

Deno.test("runModel() does not wait in a short pass", async () => {
  const device = openDry();
  let flushes = 0;
  device.flush = () => Promise.resolve(void flushes++);
  await runModel(device, function* (ops): Generator<void, Tensor> {
    for (let i = 0; i < 5; i++) yield;
    return ops.zeros([1, 1]);
  });
  assertEquals(flushes, 0);
});

Deno.test("runModel() stops at an abort with its reason, ends the pass and gives the memory back", async () => {
  const device = openReference(), abort = new AbortController();
  let ended = 0, blocks = 0;
  const forward = function* (ops: Ops): Generator<void, Tensor> {
    try {
      for (;;) {
        if (ops.device.kind === "dry" && blocks === 0) return ops.zeros([100, 1]);
        ops.zeros([100, 1]);
        blocks++;
        const until = performance.now() + 20;
        while (performance.now() < until) continue;
        yield;
      }
    } finally {
      ended++;
    }
  };
  setTimeout(() => abort.abort(new Error("enough")), 30);
  const started = performance.now();
  await assertRejects(() => runModel(device, forward, { signal: abort.signal }), Error, "enough");
  assert(performance.now() - started < 1000, "the abort came late");
  assert(blocks >= 2, `${blocks} blocks`);
  assertEquals([ended, device.memory().run], [2, 0]);
});

Deno.test("runModel() with an aborted signal starts nothing", () => {
  const signal = AbortSignal.abort(new Error("too late"));
  let called = false;
  const forward = () => {
    called = true;
    throw new Error("unreachable");
  };
  let message = "";
  try {
    runModel(openReference(), forward, { signal });
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals([message, called], ["too late", false]);
});

Deno.test("runModel() passes an error of the pass on, and the next run works", async () => {
  const device = openReference();
  const failing = function* (ops: Ops): Generator<void, Tensor> {
    ops.zeros([50, 1]);
    yield;
    if (ops.device.kind !== "dry") throw new RangeError("broken block");
    return ops.zeros([1, 1]);
  };
  const fine = function* (ops: Ops): Generator<void, Tensor> {
    yield;
    return ops.input(Float32Array.of(7), [1, 1]);
  };
  const [broken, whole] = await Promise.allSettled([runModel(device, failing), runModel(device, fine)]);
  assertEquals(broken.status === "rejected" && broken.reason.message, "broken block");
  assertEquals(whole.status === "fulfilled" && [...whole.value], [7]);
  assertEquals(device.memory().run, 0);
});

Deno.test("runModel() shows taps in the run, not in the plan", async () => {
  const seen: string[] = [];
  await runModel(openReference(), function* (ops, tap): Generator<void, Tensor> {
    const x = ops.zeros([1, 1]);
    tap?.("x", x);
    yield;
    return x;
  }, { tap: (name) => seen.push(name) });
  assertEquals(seen, ["x"]);
});
