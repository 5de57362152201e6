import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { loadModel } from "../../src/load_model.ts";
import { family } from "../../src/models/dvmsr/family.ts";
import { dvmsrWeights } from "../../src/models/dvmsr/forward.ts";
import { dvmsrConfig, type DvmsrOptions } from "../../src/models/dvmsr/options.ts";
import type { Ops } from "../../src/ops/ops.ts";
import { openReference } from "../../src/reference/device.ts";
import { planModel, runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

const facts = (options: DvmsrOptions) => ({
  shapes: new Map(specKeys(dvmsrWeights(dvmsrConfig(options)))),
  metadata: undefined,
  trainingArgs: undefined,
  options: {},
});

Deno.test("the record of DVMSR reads every option that leaves a trace in keys and shapes", () => {
  const flags: DvmsrOptions[] = [
    { channels: 1 },
    { depths: [1, 3] },
    { rms_norm: true },
    { patch_norm: false },
    { resi_connection: "3conv" },
    { upscale: 3 },
    { upsampler: "pixelshuffle" },
    { upsampler: "" },
    { ssm_cfg: { d_state: 8, d_conv: 3, expand: 1, dt_rank: 2 } },
  ];
  for (const flag of flags) {
    assertEquals(family.detect(facts(flag))!.config, dvmsrConfig(flag), JSON.stringify(flag));
  }
});

Deno.test("dvmsrConfig() refuses unknown options and impossible values", () => {
  assertThrows(() => dvmsrConfig({ in_chans: 3 } as DvmsrOptions), TypeError, "in_chans");
  assertThrows(() => dvmsrConfig({ ssm_cfg: { expanse: 2 } as object }), TypeError, "expanse");
  assertThrows(() => dvmsrConfig({ upsampler: "nearest+conv" as "" }), TypeError, "upsampler");
  for (const wrong of [{ img_range: NaN }, { norm_epsilon: "x" }, { resi_connection: "2conv" }, { rms_norm: 1 }]) {
    assertThrows(() => dvmsrConfig(wrong as object), TypeError, Object.keys(wrong)[0]);
  }
});

Deno.test("dvmsr() is causal: a pixel changes nothing that is further above than its convolutions reach", async () => {
  await using device = openReference();
  const config = dvmsrConfig({ embed_dim: 8, depths: [1], upscale: 1 });
  await using model = await loadModel(device, checkpointOf(dvmsrWeights(config)));
  const image = new Float32Array(12 * 6 * 3).fill(0.5), changed = image.slice();
  changed.fill(1, 11 * 6 * 3);
  const run = (pixels: Float32Array) => runModel(device, (ops) => model.forward(ops, ops.input(pixels, [1, 12, 6, 3])));
  const [before, after] = [await run(image), await run(changed)];
  const reach = 4; // conv_first, the group's convolution, conv_after_body, upsample: a row each
  const row = 6 * 3;
  assertEquals(after.subarray(0, (11 - reach) * row), before.subarray(0, (11 - reach) * row));
  assert(after.subarray(11 * row).some((value, i) => value !== before[11 * row + i]));
});

Deno.test("dvmsr() in bands carries its states: the end of an image changes nothing before it", async () => {
  await using device = await openWasm();
  const config = dvmsrConfig({ embed_dim: 24, depths: [1], upscale: 1 });
  await using model = await loadModel(device, checkpointOf(dvmsrWeights(config)));
  const width = 150, tall = 300, short = 160;
  const image = Float32Array.from({ length: tall * width * 3 }, (_, i) => (i * 7919 % 256) / 255);
  const forward = (height: number) => (ops: Ops) =>
    model.forward(ops, ops.input(image.slice(0, height * width * 3), [1, height, width, 3]));
  const scans = (height: number) =>
    planModel(forward(height)).calls.filter(({ kernel }) => kernel === "selective_scan").length;
  assertEquals([scans(tall), scans(short)], [2, 1]);
  const whole = await runModel(device, forward(tall)), part = await runModel(device, forward(short));
  // The tall image's bands meet in row 150, the short one ends in row 160; its last rows see its border.
  for (let i = 0; i < 155 * width * 3; i++) assertAlmostEquals(whole[i]!, part[i]!, 1e-6);
});
