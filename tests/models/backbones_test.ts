import { assertEquals, assertRejects } from "@std/assert";
import type { Checkpoint, Entry } from "../../src/checkpoint/checkpoint.ts";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { features } from "../../src/features.ts";
import { detectModel, loadModel } from "../../src/load_model.ts";
import { mambaoutWeights } from "../../src/models/mambaout/forward.ts";
import { mambaoutConfig } from "../../src/models/mambaout/options.ts";
import { vmambaWeights } from "../../src/models/vmamba/forward.ts";
import { VMAMBA_VARIANTS, vmambaConfig } from "../../src/models/vmamba/options.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { runModel } from "../../src/run/run_model.ts";
import { weight } from "../golden_runner/formula.ts";

type Shapes = readonly (readonly [string, readonly number[]])[];

/** A checkpoint whose tensors come from the formula under `official` names and are stored under others. */
function checkpoint(shapes: Shapes, stored: (key: string) => string = (key) => key, pointwise = false): Checkpoint {
  const entries = new Map<string, Entry>(shapes.map(([key, shape]) => {
    const name = stored(key), values = weight(key, shape, 1);
    const own = pointwise && /(in_proj|out_proj|fc1|fc2)\.weight$/.test(key) ? [...shape, 1, 1] : shape;
    const bytes = new Uint8Array(values.buffer);
    const read = () => Promise.resolve(values.slice()), readRaw = () => Promise.resolve(bytes);
    return [name, { name, shape: own, dtype: "F32", bytes: bytes.length, read, readRaw }];
  }));
  const close = () => Promise.resolve();
  return { format: "pth", root: "", entries, metadata: {}, ignored: [], trainingArgs: undefined, close } as never;
}

const tiny = { depths: [1, 1], dims: 8, num_classes: 5 } as const;
const first = { ...VMAMBA_VARIANTS["vmamba-v0-tiny"], ...tiny };
const second = { ...VMAMBA_VARIANTS["vmamba-tiny-s1l8"], ...tiny };
const out = { depths: [1, 1], dims: [8, 12], num_classes: 5 };
const shapesOf = {
  first: [...specKeys(vmambaWeights(vmambaConfig(first)))],
  second: [...specKeys(vmambaWeights(vmambaConfig(second)))],
  out: [...specKeys(mambaoutWeights(mambaoutConfig(out)))],
};

async function logits(source: Checkpoint, height = 32, width = 32): Promise<Float32Array> {
  await using device = await openWasm();
  await using model = await loadModel(device, source, {
    options: {
      [
        source.entries.has("classifier.norm.weight") || source.entries.has("norm.weight") &&
            !source.entries.has("stages.0.0.norm.weight")
          ? "imgsize"
          : "img_size"
      ]: 32,
    },
  });
  const image = Float32Array.from({ length: height * width * 3 }, (_, i) => Math.sin(i));
  return await runModel(device, (ops) => model.forward(ops, ops.input(image, [1, height, width, 3])));
}

Deno.test("loadModel() takes VMamba files of older names and of 1 × 1 convolutions", async () => {
  const older = (key: string) =>
    key.replace("patch_embed.0.", "patch_embed.proj.").replace("patch_embed.2.", "patch_embed.norm.")
      .replace("0.norm.", "0.ln_1.").replace(".op.", ".self_attention.").replace("classifier.", "")
      .replace("downsample.1.", "downsample.norm.").replace("downsample.2.", "downsample.reduction.");
  assertEquals(await logits(checkpoint(shapesOf.first, older)), await logits(checkpoint(shapesOf.first)));
  const plain = await logits(checkpoint(shapesOf.second));
  assertEquals(await logits(checkpoint(shapesOf.second, undefined, true)), plain);
});

Deno.test("loadModel() takes MambaOut files of timm's names", async () => {
  const timm = (key: string) =>
    key.replace(/^head\.norm/, "head.pre_logits.norm").replace(/^norm/, "head.norm")
      .replace("head.fc1", "head.pre_logits.fc").replace("head.fc2", "head.fc")
      .replace("downsample_layers.0", "stem").replace(/^stages\.(\d+)\./, "stages.$1.blocks.")
      .replace(/^downsample_layers\.(\d+)/, "stages.$1.downsample");
  assertEquals(await logits(checkpoint(shapesOf.out, timm)), await logits(checkpoint(shapesOf.out)));
});

Deno.test("VMamba and MambaOut take images of odd sides", async () => {
  for (const shapes of Object.values(shapesOf)) {
    const found = await logits(checkpoint(shapes), 37, 22);
    assertEquals(found.length, 5);
    assertEquals(found.every(Number.isFinite), true);
  }
});

Deno.test("loadModel() refuses an option that contradicts the checkpoint", async () => {
  await assertRejects(() => detectModel(checkpoint(shapesOf.second), { ssm_d_state: 16 }), TypeError, "ssm_d_state");
});

Deno.test("features() gives named maps and refuses unknown names with a list", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, checkpoint(shapesOf.second), { options: { imgsize: 32 } });
  const image = { data: new Uint8Array(48 * 40 * 3).fill(99), width: 48, height: 40, channels: 3 } as const;
  const maps = await features(model, image, { layers: ["layer.0.0", "layer.0", "features"] });
  assertEquals(Object.entries(maps).map(([name, { shape }]) => [name, shape]), [
    ["layer.0.0", [1, 8, 8, 8]],
    ["layer.0", [1, 4, 4, 16]],
    ["features", [1, 16]],
  ]);
  await assertRejects(() => features(model, image, { layers: ["layer.9"] }), RangeError, "patch_embed, layer.0.0");
});
