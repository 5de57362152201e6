import { assertEquals } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { mambaoutWeights } from "../../src/models/mambaout/forward.ts";
import { mambaoutConfig } from "../../src/models/mambaout/options.ts";
import { checkpoint, logits } from "./stored_names.ts";

const TINY = { depths: [1, 1], dims: [8, 12], num_classes: 5 }, SIZE = { img_size: 32 };
const SHAPES = [...specKeys(mambaoutWeights(mambaoutConfig(TINY)))];

Deno.test("loadModel() takes MambaOut files of timm's names", async () => {
  const timm = (key: string) =>
    key.replace(/^head\.norm/, "head.pre_logits.norm").replace(/^norm/, "head.norm")
      .replace("head.fc1", "head.pre_logits.fc").replace("head.fc2", "head.fc")
      .replace("downsample_layers.0", "stem").replace(/^stages\.(\d+)\./, "stages.$1.blocks.")
      .replace(/^downsample_layers\.(\d+)/, "stages.$1.downsample");
  assertEquals(await logits(checkpoint(SHAPES, timm), SIZE), await logits(checkpoint(SHAPES), SIZE));
});

Deno.test("MambaOut takes images of odd sides", async () => {
  const found = await logits(checkpoint(SHAPES), SIZE, 37, 22);
  assertEquals([found.length, found.every(Number.isFinite)], [5, true]);
});
