import { assert } from "@std/assert";
import { defaultModel, loadModel, openModelSource } from "../../mod.ts";
import { convertCheckpoint } from "../../src/checkpoint/convert.ts";
import { runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { joinPieces } from "../checkpoint/write_pth.ts";
import { gpuTest } from "./gpu.ts";

/** As far as the shipped weights may be from what float64 gives. */
const TOLERANCES = { classify: 5e-4, upscale: 5e-5 } as const;

gpuTest("weights in 8 bits give what they give on the processor", async (device, t) => {
  await using wasm = await openWasm();
  const tasks = Deno.env.get("SIDEWINDER_LONG") ? ["upscale", "classify"] as const : ["upscale"] as const;
  for (const task of tasks) {
    await t.step(task, async () => {
      const source = await (task === "classify" ? defaultModel(task) : defaultModel(task, { scale: 2 }));
      const bytes = await joinPieces(convertCheckpoint(await openModelSource(source), { dtype: "int8" }));
      await using here = await loadModel(wasm, bytes);
      await using there = await loadModel(device, bytes);
      const [height, width] = here.imageSize ?? [10, 14];
      const image = Float32Array.from({ length: height * width * 3 }, (_, i) => 0.5 + 0.5 * Math.sin(0.37 * i));
      const [a, b] = await Promise.all(
        [here, there].map((model) =>
          runModel(model.device, (ops) => model.forward(ops, ops.input(image, [1, height, width, 3])))
        ),
      );
      assert(a!.length === b!.length && a!.some((value) => value !== 0));
      const apart = a!.reduce((most, value, i) => Math.max(most, Math.abs(value - b![i]!)), 0);
      assert(apart <= TOLERANCES[task], `${apart} apart`);
    });
  }
});
