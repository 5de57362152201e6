import { assert, assertEquals, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { estimateMilliseconds } from "../../src/kernels.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { loadModel } from "../../src/load_model.ts";
import type { ModelFacts } from "../../src/models/family.ts";
import { family } from "../../src/models/mambair/family.ts";
import { mambair, mambairWeights } from "../../src/models/mambair/forward.ts";
import { MAMBAIR_VARIANTS, mambairConfig, type MambaIROptions } from "../../src/models/mambair/options.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { runModel } from "../../src/run/run_model.ts";
import { SMALLEST, smallMambaIR, unplaced } from "./mambair_checkpoint.ts";

const facts = (options: MambaIROptions, rest: Partial<ModelFacts> = {}): ModelFacts => ({
  shapes: new Map(specKeys(mambairWeights(mambairConfig(options)))),
  metadata: undefined,
  trainingArgs: undefined,
  options: {},
  ...rest,
});

Deno.test("MAMBAIR_VARIANTS have the published numbers of tensors", () => {
  const tensors = (options: MambaIROptions) => [...specKeys(mambairWeights(mambairConfig(options)))].length;
  const light = 714, first = 570, second = 618;
  assertEquals(Object.values(MAMBAIR_VARIANTS).map(tensors), [
    ...[926, 926, 928, light, light, light, first, first, first, second, second, second, 922, 922],
  ]);
});

Deno.test("the record of MambaIR reads every option that leaves a trace in keys and shapes", () => {
  const flags: MambaIROptions[] = [
    { in_chans: 1 },
    { depths: [2, 1, 3] },
    { resi_connection: "3conv" },
    { patch_norm: false },
    { mlp_ratio: 1.9 },
    { upsampler: "pixelshuffledirect", upscale: 8 },
    { upsampler: "pixelshuffle", upscale: 8 },
    { upsampler: "pixelshuffle", upscale: 1 },
    { upsampler: "pixelshuffledirect", cab_generation: 1 },
    { upsampler: "pixelshuffledirect", cab_generation: 2 },
  ];
  for (const flag of flags) {
    const options = { ...SMALLEST, ...flag };
    assertEquals(family.detect(facts(options))!.config, mambairConfig(options), JSON.stringify(flag));
  }
});

Deno.test("the record of MambaIR takes what shapes cannot say from the caller, then from the file", () => {
  const range = (rest: Partial<ModelFacts>) => {
    const { config, sources } = family.detect(facts(SMALLEST, rest))!;
    return [config.frame.range, sources.img_range];
  };
  const metadata = { options: { img_range: 255 } };
  assertEquals(range({}), [1, "released defaults"]);
  assertEquals(range({ metadata }), [255, "file metadata"]);
  assertEquals(range({ metadata, options: { img_range: 2 } }), [2, "caller"]);
});

Deno.test("the record of MambaIR refuses options that contradict the checkpoint or that nobody knows", () => {
  const load = (options: Record<string, unknown>) => () => family.detect(facts(SMALLEST, { options }));
  assertThrows(
    load({ embed_dim: 60 }),
    TypeError,
    "embed_dim from the caller must agree with the checkpoint, which has 30",
  );
  assertThrows(load({ embed_dims: 60 }), TypeError, "current unknown ones are embed_dims");
});

Deno.test("mambairConfig() refuses values that no net can have", () => {
  const configure = (options: object) => () => mambairConfig(options as MambaIROptions);
  assertThrows(configure({ embed_dim: 29 }), RangeError, "at least 30");
  assertThrows(configure({ depths: [] }), TypeError, "depths");
  assertThrows(configure({ depths: [6, 0] }), TypeError, "depths[1]");
  assertThrows(configure({ in_chans: 4 }), TypeError, "in_chans");
  assertThrows(configure({ upsampler: "nearest+conv" }), TypeError, "upsampler");
  assertThrows(configure({ upsampler: "pixelshuffle", upscale: 5 }), TypeError, "upscale");
  assertThrows(configure({ resi_connection: "2conv" }), TypeError, "resi_connection");
  assertThrows(configure({ cab_generation: 4 }), TypeError, "cab_generation");
  assertThrows(configure({ patch_size: 4 }), TypeError, "patch_size");
});

Deno.test("mambair() gives the scaled size for odd images, and a bright image for a bright one", async () => {
  await using device = openReference();
  await using model = await loadModel(device, smallMambaIR({ upsampler: "pixelshuffledirect", upscale: 3 }));
  const run = (level: number) =>
    runModel(device, (ops) => model.forward(ops, ops.input(new Float32Array(5 * 3 * 3).fill(level), [1, 5, 3, 3])));
  const dark = await run(0), bright = await run(1);
  assertEquals(dark.length, 15 * 9 * 3);
  assert(dark.every(Number.isFinite));
  assert(dark.some((value, i) => value !== bright[i]));
});

Deno.test("mambair() with a residual head gives the image back when its last convolution is zero", async () => {
  await using device = openReference();
  const checkpoint = smallMambaIR({ img_range: 255 });
  const entries = new Map(checkpoint.entries);
  for (const key of ["conv_last.weight", "conv_last.bias"]) {
    const entry = entries.get(key)!;
    entries.set(key, { ...entry, read: async () => (await entry.read()).fill(0) });
  }
  await using model = await loadModel(device, { ...checkpoint, entries }, { options: { img_range: 255 } });
  const image = Float32Array.from({ length: 4 * 5 * 3 }, (_, i) => i / 60);
  assertEquals(await runModel(device, (ops) => model.forward(ops, ops.input(image, [1, 4, 5, 3]))), image);
});

Deno.test("mambair() never works longer than 50 estimated milliseconds before it yields", () => {
  const runs = [["mambair-light-x2", 512], ["mambair-classic-x4", 192], ["mambair-color-dn", 256]] as const;
  for (const [name, side] of runs) {
    const config = mambairConfig(MAMBAIR_VARIANTS[name]), dry = openDry(), ops = new Ops(dry);
    const weights = unplaced(mambairWeights(config));
    const steps = mambair(ops, weights, config, ops.empty([1, side, side, 3]));
    let before = 0, longest = 0;
    while (!steps.next().done) {
      const done = estimateMilliseconds(ops.work);
      longest = Math.max(longest, done - before);
      before = done;
    }
    assert(longest < 50, `${name}: ${longest} ms`);
  }
});

Deno.test("mambair() refuses an image of another number of channels", () => {
  const config = mambairConfig(SMALLEST);
  assertThrows(
    () => {
      const dry = openDry(), ops = new Ops(dry), weights = unplaced(mambairWeights(config));
      return mambair(ops, weights, config, ops.empty([1, 4, 4, 1])).next();
    },
    TypeError,
    "image must have the shape [batch, height, width, 3]",
  );
  assertEquals(config.frame.channels, 3);
});
