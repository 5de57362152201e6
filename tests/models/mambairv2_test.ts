import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { describeModel, detectModel, loadModel, type Model } from "../../src/load_model.ts";
import type { ModelFacts } from "../../src/models/family.ts";
import { family } from "../../src/models/mambairv2/family.ts";
import { mambairv2Weights } from "../../src/models/mambairv2/forward.ts";
import { MAMBAIRV2_VARIANTS, mambairv2Config, type MambaIRv2Options } from "../../src/models/mambairv2/options.ts";
import { restore } from "../../src/restore.ts";
import { runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

/** A net of 12 channels, two layers, windows of 4. */
const SMALL: MambaIRv2Options = {
  embed_dim: 12,
  depths: [2],
  num_heads: [2],
  window_size: 4,
  d_state: 4,
  inner_rank: 4,
  num_tokens: 6,
  upsampler: "pixelshuffledirect",
};

const smallCheckpoint = (options: MambaIRv2Options = {}) =>
  checkpointOf(mambairv2Weights(mambairv2Config({ ...SMALL, ...options })));

const facts = (options: MambaIRv2Options, rest: Partial<ModelFacts> = {}): ModelFacts => ({
  shapes: new Map(specKeys(mambairv2Weights(mambairv2Config(options)))),
  metadata: undefined,
  trainingArgs: undefined,
  options: {},
  ...rest,
});

/** Image samples in 0 … 1. */
const samples = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => 0.5 + 0.4 * Math.sin(i));

const run = (model: Model, values: Float32Array, height: number, width: number, batch = 1): Promise<Float32Array> =>
  runModel(model.device, (ops) => model.forward(ops, ops.input(values, [batch, height, width, 3])));

Deno.test("MAMBAIRV2_VARIANTS have the published numbers of tensors", () => {
  const tensors = (options: MambaIRv2Options) => [...specKeys(mambairv2Weights(mambairv2Config(options)))].length;
  // The official state dicts have one tensor more, a table that is recomputed.
  assertEquals(Object.values(MAMBAIRV2_VARIANTS).map(tensors), [
    ...[1018, 1018, 1018, 1130, 1130, 1132, 1682, 1682, 1684, 2516, 2516, 2518, 1678, 1678],
  ]);
});

Deno.test("the record of MambaIRv2 reads every option that leaves a trace in keys and shapes", () => {
  const flags: MambaIRv2Options[] = [
    { in_chans: 1 },
    { depths: [2, 1], num_heads: [2, 3] },
    { window_size: 8, convffn_kernel_size: 3 },
    { qkv_bias: false, patch_norm: false },
    { resi_connection: "3conv", mlp_ratio: 1.5 },
    { form: "light", mlp_ratio: 1 },
    { upsampler: "pixelshuffle", upscale: 3 },
    { upsampler: "nearest+conv", upscale: 4 },
    { upsampler: "", upscale: 1 },
  ];
  for (const flag of flags) {
    const options = { ...SMALL, ...flag };
    assertEquals(family.detect(facts(options))!.config, mambairv2Config(options), JSON.stringify(flag));
  }
});

Deno.test("the record of MambaIRv2 keeps the variant's name whatever the routing, and says where that comes from", () => {
  const light = MAMBAIRV2_VARIANTS["mambairv2-light-x2"];
  const detected = family.detect(facts(light, { options: { routing: "argmax", seed: 4 } }))!;
  assertEquals([detected.variant, detected.sources.routing], ["mambairv2-light-x2", "caller"]);
  assertEquals(family.detect(facts(light))!.sources.routing, "released defaults");
});

Deno.test("a MambaIRv2 checkpoint may hold the official table of relative positions", async () => {
  const checkpoint = smallCheckpoint(), [entry] = checkpoint.entries.values();
  const key = "relative_position_index_SA";
  const entries = new Map([...checkpoint.entries, [key, { ...entry!, name: key, shape: [16, 16] }]]);
  const { detected } = await detectModel({ ...checkpoint, entries });
  assertEquals(detected.family, "mambairv2");
  assertEquals(describeModel({ ...checkpoint, entries }, detected).ignored, [key]);
});

Deno.test("mambairv2Config() refuses what no net can have", () => {
  const wrong: readonly (readonly [options: object, message: string])[] = [
    [{ heads: 3 }, "current unknown ones are heads"],
    [{ num_heads: [4, 4] }, "num_heads must have as many numbers as depths, 4"],
    [{ num_heads: [5, 5, 5, 5] }, "num_heads must divide embed_dim 48"],
    [{ window_size: 0 }, "window_size must be a whole number of at least 1"],
    [{ upsampler: "nearest+conv", upscale: 2 }, "upscale must be one of 4"],
    [{ form: "light", mlp_ratio: 1.03 }, "even number of channels"],
    [{ routing: "random" }, `routing must be "gumbel" or "argmax"`],
    [{ seed: 0.5 }, "seed must be a whole number"],
    [{ ape: true }, "ape must be false"],
  ];
  for (const [options, message] of wrong) assertThrows(() => mambairv2Config(options), TypeError, message);
});

Deno.test("a MambaIRv2 gives the same image every time, another one for another seed, and needs no seed for argmax", async () => {
  await using device = await openWasm();
  const restored = async (options: MambaIRv2Options) => {
    await using model = await loadModel(device, smallCheckpoint(), { options: { ...options } });
    const image = samples(8 * 8 * 3), first = await run(model, image, 8, 8);
    assertEquals(await run(model, image, 8, 8), first);
    return first;
  };
  const [unsaid, zero, one] = [await restored({}), await restored({ seed: 0 }), await restored({ seed: 1 })];
  assertEquals(unsaid, zero);
  assert(zero.some((value, i) => value !== one[i]));
  await using model = await loadModel(device, smallCheckpoint());
  const image = samples(8 * 8 * 3);
  const chosen = (choices: Record<string, unknown>) =>
    runModel(device, (ops) => model.forward(ops, ops.input(image, [1, 8, 8, 3]), undefined, choices));
  assertEquals(await chosen({ seed: 1 }), one);
  const argmax = await restored({ routing: "argmax" });
  assertEquals(await restored({ routing: "argmax", seed: 9 }), argmax);
  assertEquals(await chosen({ routing: "argmax" }), argmax);
  assert(argmax.some((value, i) => value !== zero[i]));
});

Deno.test("a MambaIRv2 mirrors what windows do not divide, as the official forward does, down to a single pixel", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, smallCheckpoint(), { options: { routing: "argmax" } });
  for (const [height, width] of [[6, 5], [3, 8], [1, 1], [1, 7]] as const) {
    const image = samples(height * width * 3), restored = await run(model, image, height, width);
    const tall = 4 * Math.ceil(height / 4), wide = 4 * Math.ceil(width / 4);
    const at = (i: number, size: number) => i % (2 * size) < size ? i % (2 * size) : 2 * size - 1 - i % (2 * size);
    const padded = Float32Array.from({ length: tall * wide * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3), y = at(Math.floor(pixel / wide), height), x = at(pixel % wide, width);
      return image[(y * width + x) * 3 + i % 3]!;
    });
    const whole = await run(model, padded, tall, wide);
    const cut = Float32Array.from({ length: 4 * height * width * 3 }, (_, i) => {
      const row = Math.floor(i / (2 * width * 3));
      return whole[row * 2 * wide * 3 + i % (2 * width * 3)]!;
    });
    assertEquals(restored, cut, `${height} × ${width}`);
  }
});

Deno.test("a MambaIRv2 restores the images of a batch as if each were alone", async () => {
  await using device = await openWasm();
  for (const form of ["base", "light"] as const) {
    await using model = await loadModel(device, smallCheckpoint({ form }), { options: { routing: "argmax" } });
    const both = samples(2 * 6 * 4 * 3), together = await run(model, both, 6, 4, 2);
    for (const image of [0, 1]) {
      const alone = await run(model, both.slice(image * 72, (image + 1) * 72), 6, 4);
      assertEquals(together.slice(image * 288, (image + 1) * 288), alone);
    }
  }
});

Deno.test("restore() takes a MambaIRv2 like any restoration model: tiles, progress, budget, abort", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, smallCheckpoint());
  const pixels = (width: number, height: number) => ({
    data: Uint8Array.from(samples(width * height * 3), (value) => 255 * value),
    width,
    height,
    channels: 3 as const,
  });
  const fractions: number[] = [];
  const whole = await restore(model, pixels(70, 41), {
    task: "upscale",
    onProgress: (p) => fractions.push(p.fraction),
  });
  assertEquals([whole.width, whole.height, whole.tiles, fractions.at(-1)], [140, 82, 1, 1]);
  const tiled = await restore(model, pixels(150, 41), { tile: 64 });
  assert(tiled.tiles > 1);
  assertEquals(tiled.width, 300);
  await assertRejects(() => restore(model, pixels(70, 41), { memory: 1 }), RangeError, "memory must be at least");
  await assertRejects(() => restore(model, pixels(70, 41), { task: "denoise" }), TypeError, "scale of 1");
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => restore(model, pixels(70, 41), { signal }), Error, "enough");
  assertEquals(device.memory().run, 0);
});

Deno.test("restore() takes a MambaIRv2 for denoising and for grey images", async () => {
  await using device = await openWasm();
  for (const in_chans of [1, 3]) {
    await using model = await loadModel(device, smallCheckpoint({ in_chans, upsampler: "", upscale: 1 }));
    const grey = { data: new Uint8Array(9 * 5).fill(90), width: 9, height: 5, channels: 1 as const };
    const { width, height, channels } = await restore(model, grey, { task: "dejpeg" });
    assertEquals([width, height, channels], [9, 5, 1]);
  }
});
