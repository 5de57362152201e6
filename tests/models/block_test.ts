import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createBlock } from "../../src/models/blocks/block.ts";
import { s4dConfig, s4dWeights } from "../../src/models/blocks/s4d.ts";
import { openReference } from "../../src/reference/device.ts";
import { sizeOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";

const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(0.7 * i));

Deno.test("createBlock() runs over feature maps of any size, the same on both CPU devices", async () => {
  await using wasm = await openWasm();
  await using reference = openReference();
  for (const shape of [[1, 1, 1, 8], [2, 5, 7, 16], [1, 3, 64, 6]] as const) {
    const map = wave(sizeOf(shape));
    await using fast = await createBlock(wasm, shape[3], { seed: 7 });
    await using slow = await createBlock(reference, shape[3], { seed: 7 });
    const [a, b] = [await fast.overMap(map, shape), await slow.overMap(map, shape)];
    assertEquals(a.length, map.length);
    a.forEach((value, i) => assertAlmostEquals(value, b[i]!, 2e-6));
    assert(a.some((value) => value !== 0));
  }
});

Deno.test("createBlock() runs the published demo: batch 10, 64 × 128, 16 channels", async () => {
  await using device = await openWasm();
  await using block = await createBlock(device, 16);
  const map = wave(10 * 64 * 128 * 16);
  const out = await block.overMap(map, [10, 64, 128, 16]);
  assertEquals(out.length, map.length);
  assert(out.every(Number.isFinite));
});

Deno.test("createBlock() adds x when a residual is asked for", async () => {
  await using device = await openWasm();
  await using block = await createBlock(device, 4, { seed: 2 });
  const map = wave(3 * 5 * 4);
  const plain = await block.overMap(map, [1, 3, 5, 4]);
  const added = await block.overMap(map, [1, 3, 5, 4], { residual: true });
  added.forEach((value, i) => assertAlmostEquals(value, plain[i]! + map[i]!, 1e-6));
});

Deno.test("createBlock() returns hidden state and residual as the official forward does", async () => {
  await using device = await openWasm();
  await using block = await createBlock(device, 4, { seed: 2 });
  const hidden = wave(6 * 4), residual = wave(6 * 4).map((value) => 2 - value);
  const first = await block.forward(hidden, [1, 6, 4]);
  assertEquals(first.residual, hidden);
  const second = await block.forward(hidden, [1, 6, 4], { residual });
  second.residual.forEach((value) => assertAlmostEquals(value, 2, 1e-6));
  assert(second.hidden.some((value, i) => value !== first.hidden[i]));
});

Deno.test("createBlock() and the configurations of blocks refuse sizes that no weight has", async () => {
  await using device = await openWasm();
  for (const width of [0, -1, 1.5, NaN]) {
    await assertRejects(() => createBlock(device, width), RangeError, "sizes must be whole numbers of at least 1");
  }
  await assertRejects(() => createBlock(device, 8, { mixer: { stateSize: 0 } }), RangeError, "at least 1");
  assertThrows(() => s4dWeights(s4dConfig(4, 1), 8), RangeError, "current shape is [4, 0]");
  assertEquals(device.memory().weights, 0);
});

Deno.test("createBlock() names what is wrong with a state", async () => {
  await using device = openReference();
  const error = await assertRejects(
    () => createBlock(device, 4, { state: { "norm.weight": new Float32Array(5), extra: new Float32Array(1) } }),
    TypeError,
  );
  assert(error.message.includes("norm.weight is [5] instead of [4]"), error.message);
  assert(error.message.includes("missing mixer.in_proj.weight [16, 4]"), error.message);
  assert(error.message.includes("unexpected extra [1]"), error.message);
});
