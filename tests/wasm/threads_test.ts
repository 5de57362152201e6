import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { runModel } from "../../src/run/run_model.ts";
import { tensorOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { controlWords, MOST_ARGUMENTS, publish, THREAD_CODE, WORD } from "../../src/wasm/thread_code.ts";
import { SHARES_EACH, sharesOf } from "../../src/wasm/shares.ts";
import { adapterOf, readFixtures } from "../golden_runner/run.ts";

/** Every call is shared out, however small. */
const GRAIN = 0;

const fixtures =
  (await readFixtures(new URL("../golden/", import.meta.url), (name) => /^(ops|models_tiny)\//.test(name)))
    .filter((fixture) => adapterOf(fixture) && !adapterOf(fixture)!.host);

/** What a device makes of all fixtures. */
async function answers(device: Device): Promise<Map<string, ArrayLike<number>>> {
  const all = new Map<string, ArrayLike<number>>();
  for (const fixture of fixtures) {
    for (const { name, label = name, values } of await adapterOf(fixture)!.run(fixture, device)) {
      all.set(`${fixture.name} ${label}`, values);
    }
  }
  return all;
}

for (const variant of ["simd128", "relaxed-simd"] as const) {
  Deno.test(`wasm ${variant} gives the same bits with 1, 2, 3 and 8 threads on every fixture`, async () => {
    await using alone = await openWasm({ variant, threads: 1 });
    const wanted = await answers(alone);
    for (const threads of [2, 3, 8]) {
      await using device = await openWasm({ variant, threads, grain: GRAIN });
      await device.prepare!([]);
      for (const [name, values] of await answers(device)) {
        const bits = new Uint32Array(Float32Array.from(values).buffer);
        assertEquals(bits, new Uint32Array(Float32Array.from(wanted.get(name)!).buffer), `${name}, ${threads} threads`);
      }
    }
  });
}

Deno.test("a scan gives the same bits however it is shared out, be its decays gentle in some channels and steep in others", async () => {
  const channels = 288, length = 150, states = 16, directions = 2, width = states + 2;
  const values = (count: number, value: (i: number) => number) =>
    Float32Array.from({ length: count }, (_, i) => value(i));
  const wave = (i: number, by: number): number => Math.sin(1 + by * i * i);
  const run = (device: Device) =>
    runModel(device, function* (ops) {
      yield;
      const u = ops.input(values(length * channels, (i) => wave(i, 0.7)), [1, length, channels]);
      const columns = channels + 2 * states;
      const projection = ops.input(
        values(directions * length * columns, (i) => 2 * wave(i, 0.3)),
        [1, length, directions * columns],
      );
      // Steeper from channel to channel: up to δ·A of some thousands, which is bounded in the first ones alone.
      const constants = tensorOf(
        ops.device.write(
          values(directions * channels * width, (i) => {
            const column = i % width, channel = Math.floor(i / width) % channels;
            return column < states ? -(1 + column) * 1.03 ** channel : 0.1;
          }),
          { life: "run", role: "scan", shape: [directions, channels, width], stateSize: states },
        ),
        [directions, channels, width],
      );
      return ops.selectiveScan(u, projection, constants, {
        stateSize: states,
        softplus: true,
        orders: ["row", "rowReversed"],
        sharedInput: true,
      });
    });
  for (const variant of ["simd128", "relaxed-simd"] as const) {
    await using alone = await openWasm({ variant, threads: 1 });
    const wanted = new Uint32Array((await run(alone)).buffer);
    assert(wanted.some((bits) => bits !== 0));
    for (const threads of [2, 3, 5, 8]) {
      await using device = await openWasm({ variant, threads, grain: GRAIN });
      assertEquals(new Uint32Array((await run(device)).buffer), wanted, `${variant}, ${threads} threads`);
    }
  }
});

Deno.test("directions that threads share out meet one after the other at every channel, run after run", async () => {
  const side = 24, channels = 72, states = 3, orders = ["row", "column", "rowReversed", "columnReversed"] as const;
  const wave = (count: number, by: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(1 + by * i));
  const width = states + 3, projected = 4 * (1 + 2 * states);
  const run = (device: Device) =>
    runModel(device, function* (ops) {
      yield;
      const constants = wave(4 * channels * width, 0.9).map((value, i) => i % width < states ? value - 2 : value);
      const shape = [4, channels, width], options = { role: "scan", shape, stateSize: states, life: "run" } as const;
      return ops.selectiveScan(
        ops.input(wave(side * side * channels, 0.7), [1, side * side, channels]),
        ops.input(wave(side * side * projected, 0.3), [1, side * side, projected]),
        tensorOf(ops.device.write(constants, options), shape),
        { stateSize: states, orders, gridWidth: side, sharedInput: true, softplus: true },
      );
    });
  await using alone = await openWasm({ threads: 1 });
  const wanted = await run(alone);
  for (const threads of [2, 8]) {
    await using device = await openWasm({ threads, grain: GRAIN });
    await device.prepare!([]);
    for (let i = 0; i < 100; i++) assertEquals(await run(device), wanted, `${threads} threads, run ${i}`);
  }
});

Deno.test("a thread that draws the last ticket of a call late takes nothing of the next call", () => {
  // A thread, run here, whose memory is looked at between any two of its steps.
  const shares = 4, count = controlWords(shares), taken: string[] = [];
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const control = 1024, words = new Int32Array(memory.buffer, control, count);
  const floats = new Float64Array(memory.buffer, control + 4 * count, shares * MOST_ARGUMENTS);
  words[WORD.count] = floats.length;
  words[WORD.pool] = 1;
  const call = (name: number, count = 2) => {
    const shares = Array.from({ length: count }, () => ({ changes: { name } }));
    return { kernel: 0, values: new Float64Array(2), shares, places: new Map([["name", 0]]), scratch: 1 };
  };
  let step = 0;
  const watched = {
    ...{ load: Atomics.load, store: Atomics.store, notify: Atomics.notify },
    wait: () => {
      words[WORD.pool] = 2; // nothing more comes: the thread ends
      return "timed-out";
    },
    add(array: Int32Array, index: number, value: number) {
      const before = Atomics.add(array, index, value);
      if (index === WORD.ready) publish(words, floats, call(1), 8);
      // The third ticket of a call of two shares: before the thread looks how many there are, the next call is published.
      if (index === WORD.next && ++step === 3) publish(words, floats, call(2, 4), 8);
      return before;
    },
  };
  const kernel = (name: number) => void taken.push(`call ${name}`);
  const instance = class {
    exports = { __stack_pointer: {}, kernel };
  };
  const wasm = { Module: { imports: () => [] }, Instance: instance };
  const data = { module: {}, memory, names: ["kernel"], control, controlWords: count, pool: 1, stack: 0, scratch: 0 };
  new Function("Atomics", "WebAssembly", "require", THREAD_CODE)(watched, wasm, () => ({ workerData: data }));
  assertEquals(taken, ["call 1", "call 1", "call 2", "call 2", "call 2", "call 2"]);
  assertEquals(words[WORD.done], 4);
});

Deno.test("a thread of a page that finds no call gives its browser a turn each second, and goes on after it", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const words = new Int32Array(memory.buffer, 0, controlWords(1)), turns: (() => void)[] = [];
  let clock = 0, waits = 0, ended = false;
  words[WORD.pool] = 1;
  const wait = (...[, , , milliseconds]: number[]) => {
    assert(++waits <= 4, "it sleeps again and again");
    clock += milliseconds!;
  };
  const instance = class {
    exports = { __stack_pointer: {} };
  };
  const page = {
    ...{ require: undefined, onmessage: undefined, WorkerGlobalScope: class {}, globalThis: {} },
    Atomics: { load: Atomics.load, add: Atomics.add, wait },
    WebAssembly: { Module: { imports: () => [] }, Instance: instance },
    performance: { now: () => clock += 0.1 },
    setTimeout: (turn: () => void) => turns.push(turn),
    close: () => ended = true,
  };
  const data = { module: {}, memory, names: [], control: 0, controlWords: words.length, pool: 1, stack: 0, scratch: 0 };
  new Function(...Object.keys(page), `${THREAD_CODE}return onmessage`)(...Object.values(page))({ data });
  for (const turn of [1, 2, 3]) {
    assertEquals([turns.length, waits, ended], [turn, turn, false]);
    if (turn === 3) words[WORD.pool] = 2; // nothing more comes
    turns[turn - 1]!();
  }
  assertEquals([turns.length, ended], [3, true]);
});

Deno.test("sharesOf() covers every panel of every direction once, each after the direction before it", () => {
  for (const channels of [1, 8, 72, 100, 768]) {
    for (const directions of [1, 2, 4]) {
      for (const threads of [2, 3, 8, 16]) {
        const shares = sharesOf("selective_scan", { batch: 2, groups: 1, channels, directions }, threads);
        assert(shares.length <= threads * SHARES_EACH);
        const parts = shares[0]!.part![1]!;
        assertEquals(
          shares.map(({ part }) => part),
          Array.from({ length: directions * parts }, (_, i) => {
            const direction = Math.floor(i / parts);
            return [i % parts, parts, direction, direction + 1];
          }),
        );
        assertEquals(shares.map(({ after }) => after), shares.map((_, i) => i < parts ? undefined : parts));
        assert(parts <= 2 * Math.ceil(channels / 8));
      }
    }
  }
});

Deno.test("sharesOf() covers all rows once, whatever their number", () => {
  for (const rows of [1, 7, 8, 9, 100, 197]) {
    for (const threads of [1, 2, 3, 8]) {
      const args = { x: 4, weight: 8, bias: 0, scale: 0, out: 16, rows, inner: 1, outer: 1000, groups: 1 };
      const shares = sharesOf("linear", { ...args, xStride: 1, outStride: 1000 }, threads);
      const all = shares.map(({ changes }) => ({ ...args, ...changes }));
      assertEquals(all.reduce((sum, { rows, outer }) => sum + rows * outer, 0), rows * 1000);
      assert(all.every((share) => share.bias === 0 && (rows === 1 || share.rows > 1)), `${rows} rows`);
    }
  }
});

Deno.test("sharesOf() cuts a long call finely, a short one into a share a thread, and a product of few rows by its outputs", () => {
  const args = { x: 4, weight: 8, out: 16, inner: 64, groups: 1, xStride: 64, outStride: 1000, outer: 1000 };
  const shares = (rows: number, ms?: number) => sharesOf("linear", { ...args, rows }, 4, ms);
  assertEquals(shares(4096).length, 4 * SHARES_EACH);
  assertEquals(shares(4096, 0.4).length, 4 * 3);
  assertEquals(shares(4096, 0.02).length, 4);
  assert(shares(4096).every(({ changes }) => changes.outer === undefined));
  // A thread that has few rows would fetch all of the weight for them.
  assert(shares(100).every(({ changes }) => changes.rows === undefined && changes.outer! % 8 === 0));
});

Deno.test("openWasm() starts no thread before a call that is worth it, and refuses a number of threads that is none", async () => {
  await using device = await openWasm({ threads: 4 });
  assertEquals(device.threads, 4);
  const { reserved } = device.memory();
  await runModel(device, function* (ops) {
    yield;
    return ops.unary(ops.input(Float32Array.of(1, -2), [1, 2]), "relu");
  });
  assertEquals(device.memory().reserved, reserved);
  for (const threads of [0, 1.5, -1, NaN]) {
    await assertRejects(() => openWasm({ threads }), RangeError, "threads must be");
  }
});

Deno.test("a thread costs at most 2 MB", async () => {
  await using two = await openWasm({ threads: 2, grain: GRAIN });
  await two.prepare!([]);
  await using three = await openWasm({ threads: 3, grain: GRAIN });
  await three.prepare!([]);
  const room = 2 * 1024 * 1024;
  assert(three.memory().reserved - two.memory().reserved <= room);
});

/** A product that is shared out. */
async function product(device: Device): Promise<Float32Array> {
  return await runModel(device, function* (ops) {
    const x = ops.input(Float32Array.from({ length: 512 * 64 }, (_, i) => Math.sin(i)), [512, 64]);
    const weight = ops.device.write(Float32Array.from({ length: 64 * 64 }, (_, i) => Math.cos(i)), {
      role: "linear",
      shape: [64, 64],
      life: "run",
    });
    let y = ops.linear(x, { buffer: weight, offset: 0, shape: [64, 64], stride: 64 });
    for (let i = 0; i < 20; i++) {
      y = ops.unary(y, "silu");
      yield;
    }
    return y;
  });
}

Deno.test("two devices at once, runs that are stopped, and many devices one after the other leave no thread", async () => {
  await using alone = await openWasm({ threads: 1 });
  const wanted = await product(alone);
  await using first = await openWasm({ threads: 3, grain: GRAIN });
  await using second = await openWasm({ threads: 2, grain: GRAIN });
  for (const answer of await Promise.all([first, second, first, second].map(product))) assertEquals(answer, wanted);
  for (let i = 0; i < 20; i++) {
    const stop = new AbortController();
    const run = runModel(first, function* (ops) {
      const x = ops.input(new Float32Array(1 << 20), [1 << 10, 1 << 10]);
      for (let k = 0; k < 100; k++) {
        ops.unary(x, "gelu", { out: ops.empty(x.shape) });
        yield;
      }
      return x;
    }, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 5);
    await assertRejects(() => run, Error, "enough");
  }
  assertEquals(await product(first), wanted);
  for (let i = 0; i < 20; i++) {
    await using device = await openWasm({ threads: 3, grain: GRAIN });
    assertEquals(await product(device), wanted);
  }
});

Deno.test("a share that traps rejects the run, and the device goes on", async () => {
  await using device = await openWasm({ threads: 2, grain: GRAIN });
  const wanted = await product(device);
  const outside = {
    buffer: { length: 4096 * 64, block: { at: 4e9, size: 4 } },
    offset: 0,
    shape: [4096, 64],
    stride: 64,
  };
  await assertRejects(
    () =>
      runModel(device, (ops) =>
        (function* () {
          yield;
          return ops.device.kind === "dry" ? ops.empty([1]) : ops.unary(outside, "silu");
        })()),
    WebAssembly.RuntimeError,
  );
  assertEquals(await product(device), wanted);
});

Deno.test("an idle device does not keep the process alive", async () => {
  const script = `
    import { openWasm } from ${JSON.stringify(new URL("../../src/wasm/device.ts", import.meta.url).href)};
    const device = await openWasm({ threads: 2, grain: 0 });
    await device.prepare([]);
    console.log(device.threads);`;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    signal: AbortSignal.timeout(20_000),
  }).output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "2\n"]);
});
