import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { classify } from "../../src/classify.ts";
import { defaultModel } from "../../src/default_model.ts";
import { loadModel } from "../../src/load_model.ts";
import { openReference } from "../../src/reference/device.ts";
import { restore } from "../../src/restore.ts";
import { gpuTest } from "./gpu.ts";

const photo = (width: number, height: number) =>
  ({ data: new Uint8Array(width * height * 3), width, height, channels: 3 }) as const;

gpuTest("a model of one size makes its pipelines when it is loaded: the first run makes none", async (device) => {
  await using model = await loadModel(device, await defaultModel("classify"));
  const { pipelines, dispatches } = device.counts();
  assert(pipelines > 5);
  assertEquals(dispatches, 0);
  await classify(model, photo(64, 64));
  assertEquals(device.counts().pipelines, pipelines);
});

gpuTest("loading fails where a shader is not valid, and leaves no weights behind", async (device) => {
  const error = await assertRejects(async () => await loadModel(device, await defaultModel("classify")), Error);
  assertStringIncludes(error.message, "Cannot run linear as its shader must be valid: ");
  assertEquals(device.memory().weights, 0);
}, { shaders: { linear: "fn main( {" } });

gpuTest("warmup() makes the pipelines for images of a size: their first run makes none", async (device) => {
  await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
  assertEquals(device.counts().pipelines, 0);
  await model.warmup({ height: 12, width: 16 });
  const { pipelines } = device.counts();
  assert(pipelines > 5);
  await restore(model, photo(16, 12));
  assertEquals(device.counts().pipelines, pipelines);
});

Deno.test("warmup() asks for a size where a model has none, and has nothing to do on a CPU", async () => {
  await using device = openReference();
  await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
  await assertRejects(
    () => model.warmup({ height: 12 }),
    TypeError,
    "as height and width must be given for a model of any size: current values are 12 and undefined",
  );
  await model.warmup({ height: 12, width: 16 });
  for (const size of [{ height: 0, width: 8 }, { height: 8, width: 1.5 }, { height: 8, width: 8, batch: NaN }]) {
    await assertRejects(() => model.warmup(size), RangeError, "a whole number of at least 1");
  }
});
