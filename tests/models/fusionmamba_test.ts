import { assert, assertEquals, assertRejects } from "@std/assert";
import { forecast } from "../../src/forecast.ts";
import { type Bands, fuse } from "../../src/fuse.ts";
import { loadModel } from "../../src/load_model.ts";
import { fusionMambaWeights } from "../../src/models/fusionmamba/forward.ts";
import { fusionMambaConfig } from "../../src/models/fusionmamba/options.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

const SMALL = { dim: 12, ms_dim: 3, scale: 2 } as const;
const checkpoint = () => checkpointOf(fusionMambaWeights(fusionMambaConfig(SMALL)));

const image = (width: number, height: number, bands: number): Bands => ({
  data: Float32Array.from({ length: width * height * bands }, (_, i) => (i * 37 % 97) / 97 * 2047),
  width,
  height,
});

Deno.test("loadModel() recognises a FusionMamba and fuse() runs it, whole and in tiles", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, checkpoint());
  assertEquals([model.info.family, model.info.task, model.scale], ["fusionmamba", "fuse", 2]);
  assertEquals(model.info.sources.dim, "keys and shapes");
  const pan = image(24, 16, 1), ms = image(12, 8, 3);
  const whole = await fuse(model, { pan, ms });
  assertEquals([whole.data.length, whole.bands, whole.tiles], [24 * 16 * 3, 3, 1]);
  assert(whole.data.every((value) => value >= 0 && value <= 2047));
  const tiled = await fuse(model, { pan, ms }, { tile: 16 });
  assertEquals(tiled.tiles, 2);
  // The first tile alone gives what it gives as an image of its own; the second one ends with the image.
  const first = await fuse(model, { pan: cut(pan, 0, 16, 1), ms: cut(ms, 0, 8, 3) });
  assertEquals(tiled.data.slice(0, 8 * 3), first.data.slice(0, 8 * 3));
  assertEquals((await fuse(model, { pan, ms })).data, whole.data);
});

/** Columns of an image. */
function cut({ data, width, height }: Bands, from: number, to: number, bands: number): Bands {
  const part = new Float32Array((to - from) * height * bands);
  for (let y = 0; y < height; y++) {
    part.set(data.subarray((y * width + from) * bands, (y * width + to) * bands), y * (to - from) * bands);
  }
  return { data: part, width: to - from, height };
}

Deno.test("fuse() refuses sizes that do not fit, numbers that are none, and other models' verbs", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, checkpoint());
  const pan = image(16, 16, 1), ms = image(8, 8, 3);
  await assertRejects(() => fuse(model, { pan, ms: image(8, 4, 3) }), TypeError, "2 times as large as ms, 16 × 8");
  await assertRejects(() => fuse(model, { pan: image(12, 16, 1), ms: image(6, 8, 3) }), TypeError, "multiples of 8");
  await assertRejects(() => fuse(model, { pan, ms: { ...ms, data: ms.data.slice(1) } }), TypeError, "ms.data");
  const broken = ms.data.slice();
  broken[5] = NaN;
  await assertRejects(() => fuse(model, { pan, ms: { ...ms, data: broken } }), RangeError, "index 5 is NaN");
  await assertRejects(() => fuse(model, { pan, ms }, { tile: 12 }), RangeError, "multiple of 8");
  for (const maximum of [0, NaN, Infinity, 1e-300]) {
    await assertRejects(() => fuse(model, { pan, ms }, { maximum }), RangeError, "above 0");
  }
  await assertRejects(() => forecast(model, { values: [1, 2], columns: 1 }), TypeError, "fusionmamba");
  assertEquals(device.memory().run, 0);
});
