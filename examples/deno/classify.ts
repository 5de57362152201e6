/**
 * Says what is on a photo, with no permission at all: everything comes by import. Run it from where it is served, or
 * give the URL of an image of your own (needs `--allow-net`) or its path (`--allow-read`):
 *
 * ```sh
 * deno run examples/deno/classify.ts
 * ```
 *
 * @module
 */
import { classify, defaultModel, type ImageInput, loadModel, openDevice } from "../../mod.ts";

/** A red disc on white, for a run without a file. */
function disc(): ImageInput {
  const side = 96, data = new Uint8Array(3 * side * side).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (Math.hypot(x - side / 2, y - side / 2) < side / 3) data.set([200, 30, 30], 3 * (y * side + x));
    }
  }
  return { data, width: side, height: side, channels: 3 };
}

await using device = await openDevice();
await using model = await loadModel(device, await defaultModel("classify"));
const { labels, timings } = await classify(model, Deno.args[0] ?? disc(), { top: 3 });
console.log(`${device.name}, ${timings.run.toFixed(0)} ms`);
for (const { name, probability } of labels) console.log(`${(100 * probability).toFixed(1)} %  ${name}`);
