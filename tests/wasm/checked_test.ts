import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { assertScan, deviceSubject } from "../../src/laws/mod.ts";
import { Ops } from "../../src/ops/ops.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { Draw, SETTINGS } from "../arbitraries.ts";
import { openChecked } from "./checked_device.ts";
import { callWildly, WILD_CALLS } from "./wild_calls.ts";
import { runWild, thrown } from "./wild_run.ts";

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;
/** Calls of each op. */
const CALLS = LONG ? 10_000 : 400;

for (const variant of ["relaxed-simd", "simd128"] as const) {
  for (const op of Object.keys(WILD_CALLS)) {
    Deno.test(`${op} refuses in words or touches nothing but its operands, whatever it gets, on ${variant}`, async () => {
      const { ran } = await runWild(op, variant, 0, CALLS);
      assert(ran > CALLS / 4, `only ${ran} calls were right`);
    });
  }
}

for (const variant of ["relaxed-simd", "simd128"] as const) {
  Deno.test(`no function of ${variant} is left out: wild calls reach every one that the module exports`, async () => {
    const file = `../../src/wasm/kernels_${variant === "simd128" ? variant : "relaxed"}.wasm`;
    const module = new WebAssembly.Module(await Deno.readFile(new URL(file, import.meta.url)));
    const left = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    for (const held of ["heap_base", "__stack_pointer"]) left.delete(held); // numbers, not kernels
    for (const threads of [1, 3]) {
      await using device = await openChecked(variant, { threads, onCall: (name) => left.delete(name) });
      for (const op of Object.keys(WILD_CALLS)) {
        for (let seed = 0; seed < 8; seed++) {
          using _ = device.scope();
          thrown(() => callWildly(new Ops(device), op, seed, true));
        }
      }
    }
    assertEquals([...left], []);
  });
}

Deno.test("the checked device sees a word that is read or written beside an operand", async () => {
  await using device = await openChecked("simd128");
  using _ = device.scope();
  const ops = new Ops(device), buffer = device.alloc(8);
  // Rows that are longer than what lies in the buffer, behind the back of the ops.
  const out = { ...tensorOf(buffer, [2, 4]), shape: [2, 3] }, x = ops.input(new Float32Array(8), [2, 4]);
  const params = { rows: 2, columns: 4, xStride: 4, outStride: 4, activation: 0, slope: 0 };
  assertThrows(() => device.run("unary", { x, out }, params), Error, "stores 16 bytes");
  assertThrows(
    () => device.run("unary", { x: { ...x, shape: [2, 3] }, out: ops.empty([2, 4]) }, params),
    Error,
    "loads 16",
  );
  assertEquals(thrown(() => ops.copy(x)), undefined);
});

Deno.test("the checked device sees words of an output that are read before they are written", async () => {
  await using device = await openChecked("simd128");
  using _ = device.scope();
  const ops = new Ops(device), x = ops.input(new Float32Array(4), [1, 4]), out = ops.empty([1, 4]);
  const params = { rows: 1, columns: 4, epsilon: 1, xStride: 4, residualStride: 4, gateStride: 0, outStride: 4 };
  device.run("rms_norm", { x, weight: x, out }, params);
  // The kernel gets as its output what it reads: what it would read there was never written.
  const stale = { ...out, shape: [0, 4] };
  assertThrows(() => device.run("rms_norm", { x: stale, weight: x, out }, params), Error, "loads 16 bytes");
});

for (const threads of [1, 3]) {
  Deno.test(`LAWS hold on the checked device, cut for ${threads} threads`, async () => {
    await using device = await openChecked("relaxed-simd", { threads });
    await assertScan(deviceSubject(device), { runs: LONG ? 1000 : 8, seed: SETTINGS.seed });
  });
}

/** Bits of what a device makes of wild calls, op by op. */
async function bitsOf(device: Device): Promise<Map<string, Uint32Array>> {
  const ops = new Ops(device), all = new Map<string, Uint32Array>();
  for (const op of Object.keys(WILD_CALLS)) {
    for (let seed = 0; seed < (LONG ? 1000 : 40); seed++) {
      using _ = device.scope();
      let result: unknown;
      if (thrown(() => result = callWildly(ops, op, seed)) || Array.isArray(result)) continue;
      const bits = new Uint32Array((await device.read(result as Tensor)).buffer);
      // Engines choose the bits of a NaN.
      const floats = new Float32Array(bits.buffer);
      all.set(`${op} ${seed}`, bits.map((word, i) => Number.isNaN(floats[i]) ? UNWRITTEN : word));
    }
  }
  return all;
}

/** What no call has written is NaN on the checked device, and anything elsewhere. */
const UNWRITTEN = 0x7fc00000;

function expectSame(mine: Map<string, Uint32Array>, wanted: Map<string, Uint32Array>, what: string): void {
  assertEquals(mine.size, wanted.size);
  for (const [call, bits] of wanted) {
    const at = bits.findIndex((word, i) => word !== mine.get(call)![i] && word !== UNWRITTEN);
    assert(at < 0, `${call}, ${what}: word ${at} is ${mine.get(call)![at]}, was ${bits[at]}`);
  }
}

for (const variant of ["relaxed-simd", "simd128"] as const) {
  Deno.test(`every kernel gives the same bits again, and however it is cut and in whatever order, on ${variant}`, async () => {
    const shuffled = (seed: number) => {
      const draw = new Draw({ mood: "ordinary", viewed: false, seed });
      return (shares: number[]) =>
        shares.map((share) => [draw.next(), share] as const).sort(([a], [b]) => a - b).map(([, share]) => share);
    };
    await using first = await openChecked(variant);
    const wanted = await bitsOf(first);
    for (
      const options of [{}, { threads: 2 }, { threads: 3, shuffle: shuffled(1) }, { threads: 8, shuffle: shuffled(2) }]
    ) {
      await using device = await openChecked(variant, options);
      expectSame(await bitsOf(device), wanted, JSON.stringify(options));
    }
    await using shipped = await openWasm({ variant, threads: 1 });
    expectSame(await bitsOf(shipped), wanted, "the build that ships");
  });
}

for (const bytes of [0, 64, 1024, 16_384, 200_000, 300_000, 500_000]) {
  Deno.test(`kernels that are given ${bytes} bytes of scratch work within them or trap`, async () => {
    await using device = await openChecked("relaxed-simd", { scratchBytes: bytes });
    const ops = new Ops(device), outcomes = new Set<string>();
    for (const op of Object.keys(WILD_CALLS)) {
      for (let seed = 0; seed < 60; seed++) {
        using _ = device.scope();
        const message = thrown(() => callWildly(ops, op, seed))?.message ?? "ran";
        const trapped = message.endsWith("traps by itself");
        assert(trapped || message === "ran" || message.startsWith("Cannot "), `${op}, seed ${seed}: ${message}`);
        outcomes.add(trapped ? "trapped" : "ran");
      }
    }
    assertEquals(outcomes.has("ran"), true);
    assertEquals(outcomes.has("trapped"), true); // an index that leads nowhere, where scratch suffices
  });
}
