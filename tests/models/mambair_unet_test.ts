import { assertEquals, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { loadModel } from "../../src/load_model.ts";
import { mambairUNetWeights } from "../../src/models/mambair_unet/forward.ts";
import { MAMBAIR_UNET_VARIANTS, mambairUNetConfig } from "../../src/models/mambair_unet/options.ts";
import { openReference } from "../../src/reference/device.ts";
import { planModel, runModel } from "../../src/run/run_model.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

Deno.test("the published MambaIRUNet has its published number of tensors", () => {
  const spec = mambairUNetWeights(mambairUNetConfig(MAMBAIR_UNET_VARIANTS["mambair-real-dn"]));
  assertEquals([...specKeys(spec)].length, 1110);
});

Deno.test("mambairUNet() takes the states per level and the dual-pixel form of earlier releases", async () => {
  await using device = openReference();
  const options = {
    dim: 32,
    num_blocks: [1, 1, 1, 1],
    num_refinement_blocks: 1,
    mlp_ratio: 1,
    d_states: [2, 3, 4, 5],
    inp_channels: 6,
    dual_pixel_task: true,
  };
  const spec = mambairUNetWeights(mambairUNetConfig(options));
  await using model = await loadModel(device, checkpointOf(spec));
  assertEquals(model.info.options.d_states, options.d_states);
  const image = new Float32Array(8 * 8 * 6).fill(0.5);
  const output = await runModel(device, (ops) => model.forward(ops, ops.input(image, [1, 8, 8, 6])));
  assertEquals(output.length, 8 * 8 * 3);
  assertThrows(
    () => planModel((ops) => model.forward(ops, ops.empty([1, 8, 12, 6]))),
    TypeError,
    "sides that 8 divides",
  );
});
