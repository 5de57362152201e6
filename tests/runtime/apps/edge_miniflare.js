// Node: serves a Worker that wrangler has built, with a bucket that holds the restorer, until it is ended.
import { readFile } from "node:fs/promises";
import { Miniflare } from "miniflare";

const [script, weights, port] = process.argv.slice(2);
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: Number(port),
  modules: true,
  scriptPath: script,
  modulesRules: [
    { type: "CompiledWasm", include: ["**/*.wasm"] },
    { type: "Data", include: ["**/*.safetensors"] },
  ],
  compatibilityDate: "2026-07-01",
  r2Buckets: ["MODELS"],
  cf: false,
});
const bucket = await miniflare.getR2Bucket("MODELS");
await bucket.put("mambair_light_x2.safetensors", await readFile(weights));
console.log(String(await miniflare.ready));
