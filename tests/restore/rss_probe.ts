/**
 * Restores a made-up image with a net of MambaIR-light's width and one block (what it holds at once is what all 24
 * blocks hold) and prints the peak of the process's memory in bytes: `rss_probe WIDTH HEIGHT [MEMORY [WEIGHTS]]`. Without
 * MEMORY the result is held as a whole, else it is encoded row by row and thrown away.
 *
 * @module
 */
import { pngEncoderApart } from "../../src/image/png_apart.ts";
import { loadModel } from "../../src/load_model.ts";
import { restore, restoreRows } from "../../src/restore.ts";
import { encodeRows } from "../../src/restore/encode_rows.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { smallMambaIR } from "../models/mambair_checkpoint.ts";

const [width, height, memory] = Deno.args.map(Number) as [number, number, number?];
const data = new Uint8Array(width * height * 3);
for (let i = 0; i < data.length; i++) data[i] = (i * 7919) >> 4;
const image = { data, width, height, channels: 3 } as const;

await using device = await openWasm();
const light = { embed_dim: 60, depths: [1], d_state: 10, mlp_ratio: 1.2, upsampler: "pixelshuffledirect" } as const;
await using model = await loadModel(device, Deno.args[3] ?? smallMambaIR(light));
let tiles = 0, bytes = 0;
if (memory === undefined) {
  const result = await restore(model, image);
  [tiles, bytes] = [result.tiles, result.data.length];
} else {
  const result = await restoreRows(model, image, { memory });
  await using encoder = await pngEncoderApart(result.width, result.height, result.channels);
  tiles = result.tiles;
  for await (const { length } of encodeRows(result, encoder)) bytes += length;
}
const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile("/proc/self/status"))!;
console.log(JSON.stringify({ peak: 1024 * Number(kilobytes), tiles, bytes, device: device.memory().peak }));
