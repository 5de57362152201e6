import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bind } from "../../src/checkpoint/weights.ts";
import { openDry } from "../../src/run/dry_device.ts";
import type { CabForm } from "../../src/models/blocks/cab.ts";
import { vssBlock, vssBlockConfig, vssBlockWeights } from "../../src/models/blocks/vss_block.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { sizeOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { createVssBlock } from "../../src/models/blocks/create_vss_block.ts";
import { runModel } from "../../src/run/run_model.ts";
import { checkpointOf, unplaced } from "./mambair_checkpoint.ts";

Deno.test("vssBlockConfig() has the defaults of the published demo", () => {
  assertEquals(vssBlockConfig(64), { width: 64, inner: 128, stateSize: 16, rank: 4, cab: "classic", epsilon: 1e-6 });
});

Deno.test("vssBlockConfig() refuses fewer channels than the attention can squeeze", () => {
  assertThrows(() => vssBlockConfig(29), RangeError, "at least 30");
});

Deno.test("vssBlock() needs one scan call for its four directions, and at most 12 calls", () => {
  const config = { ...vssBlockConfig(60), cab: "light3" as CabForm };
  const dry = openDry(), ops = new Ops(dry);
  const weights = unplaced(vssBlockWeights(config));
  for (const _ of vssBlock(ops, weights, config, ops.empty([1, 8, 8, 60])));
  const { calls } = dry.plan();
  assertEquals(calls.filter(({ kernel }) => kernel === "selective_scan").length, 1);
  assert(calls.length <= 12, `${calls.length} calls`);
});

Deno.test("vssBlock() turned by a quarter with its directions swapped is the same block", async () => {
  // Transposing the image swaps rows and columns: directions 0 and 1, 2 and 3, and the two axes of every filter.
  const config = vssBlockConfig(30, { d_state: 3, expand: 1 });
  const plain = checkpointOf(vssBlockWeights(config));
  const entries = new Map([...plain.entries].map(([key, entry]) => {
    const turned = async () => {
      const values = await entry.read();
      if (/cab\.\d\.weight$|conv2d\.weight$/.test(key)) return transposeFilters(values);
      return /x_proj_weight|dt_projs|A_logs|Ds$/.test(key) ? swapDirections(values) : values;
    };
    return [key, { ...entry, read: turned }];
  }));
  await using device = openReference({ precision: "f64" });
  const [height, width] = [5, 7];
  const image = Float32Array.from({ length: height * width * 30 }, (_, i) => Math.sin(i));
  const run = async (checkpoint: Pick<typeof plain, "entries">, pixels: Float32Array, h: number, w: number) => {
    const { weights, dispose } = await bind(vssBlockWeights(config), checkpoint, device);
    const result = await runModel(device, (ops) => vssBlock(ops, weights, config, ops.input(pixels, [1, h, w, 30])));
    dispose();
    return result;
  };
  const straight = await run(plain, image, height, width);
  const turned = await run({ entries }, transpose(image, height, width, 30), width, height);
  const back = transpose(turned, width, height, 30);
  straight.forEach((value, i) => assertAlmostEquals(value, back[i]!, 1e-5));
});

function transpose(values: Float32Array, height: number, width: number, channels: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      out.set(values.subarray(from, from + channels), (x * height + y) * channels);
    }
  }
  return out;
}

function transposeFilters(values: Float32Array): Float32Array {
  return values.map((_, i) => values[i - i % 9 + (i % 9 % 3) * 3 + Math.floor(i % 9 / 3)]!);
}

function swapDirections(values: Float32Array): Float32Array {
  const part = values.length / 4, out = new Float32Array(values.length);
  [1, 0, 3, 2].forEach((from, to) => out.set(values.subarray(from * part, (from + 1) * part), to * part));
  return out;
}

Deno.test("createVssBlock() runs over feature maps of any size, the same on both CPU devices", async () => {
  await using wasm = await openWasm();
  await using reference = openReference();
  await using fast = await createVssBlock(wasm, 64, { seed: 3 });
  await using slow = await createVssBlock(reference, 64, { seed: 3 });
  for (const shape of [[1, 1, 1, 64], [2, 5, 7, 64]] as const) {
    const map = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.7 * i));
    const [a, b] = [await fast.overMap(map, shape), await slow.overMap(map, shape)];
    assertEquals(a.length, map.length);
    a.forEach((value, i) => assertAlmostEquals(value, b[i]!, 1e-5));
  }
});

Deno.test("createVssBlock() with the published demo's 64 channels changes what passes through, finitely", async () => {
  await using device = await openWasm();
  await using block = await createVssBlock(device, 64, { is_light_sr: true });
  const map = new Float32Array(16 * 16 * 64).fill(0.5), out = await block.overMap(map, [1, 16, 16, 64]);
  assert(out.every(Number.isFinite) && out.some((value) => value !== 0.5));
});

Deno.test("createVssBlock() names the weights that a state lacks", async () => {
  await using device = openReference();
  await assertRejects(
    () => createVssBlock(device, 64, { state: { skip_scale: new Float32Array(64) } }),
    TypeError,
    "missing ln_1.weight [64]",
  );
});
