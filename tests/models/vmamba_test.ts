import { assertEquals, assertRejects } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { features } from "../../src/features.ts";
import { detectModel, loadModel } from "../../src/load_model.ts";
import { vmambaWeights } from "../../src/models/vmamba/forward.ts";
import { VMAMBA_VARIANTS, vmambaConfig } from "../../src/models/vmamba/options.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpoint, logits } from "./stored_names.ts";

const TINY = { depths: [1, 1], dims: 8, num_classes: 5 } as const, SIZE = { imgsize: 32 };
const [FIRST, SECOND] = (["vmamba-v0-tiny", "vmamba-tiny-s1l8"] as const).map((variant) => {
  return [...specKeys(vmambaWeights(vmambaConfig({ ...VMAMBA_VARIANTS[variant], ...TINY })))];
}) as [[string, readonly number[]][], [string, readonly number[]][]];

Deno.test("loadModel() takes VMamba files of older names and of 1 × 1 convolutions", async () => {
  const older = (key: string) =>
    key.replace("patch_embed.0.", "patch_embed.proj.").replace("patch_embed.2.", "patch_embed.norm.")
      .replace("0.norm.", "0.ln_1.").replace(".op.", ".self_attention.").replace("classifier.", "")
      .replace("downsample.1.", "downsample.norm.").replace("downsample.2.", "downsample.reduction.");
  assertEquals(await logits(checkpoint(FIRST, older), SIZE), await logits(checkpoint(FIRST), SIZE));
  const plain = await logits(checkpoint(SECOND), SIZE);
  assertEquals(await logits(checkpoint(SECOND, undefined, true), SIZE), plain);
});

Deno.test("VMamba takes images of odd sides", async () => {
  for (const shapes of [FIRST, SECOND]) {
    const found = await logits(checkpoint(shapes), SIZE, 37, 22);
    assertEquals([found.length, found.every(Number.isFinite)], [5, true]);
  }
});

Deno.test("loadModel() refuses an option that contradicts the checkpoint", async () => {
  await assertRejects(() => detectModel(checkpoint(SECOND), { ssm_d_state: 16 }), TypeError, "ssm_d_state");
});

Deno.test("features() gives named maps and refuses unknown names with a list", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, checkpoint(SECOND), { options: { imgsize: 32 } });
  const image = { data: new Uint8Array(48 * 40 * 3).fill(99), width: 48, height: 40, channels: 3 } as const;
  const maps = await features(model, image, { layers: ["layer.0.0", "layer.0", "features"] });
  assertEquals(Object.entries(maps).map(([name, { shape }]) => [name, shape]), [
    ["layer.0.0", [1, 8, 8, 8]],
    ["layer.0", [1, 4, 4, 16]],
    ["features", [1, 16]],
  ]);
  await assertRejects(() => features(model, image, { layers: ["layer.9"] }), RangeError, "patch_embed, layer.0.0");
});
