import { assert, assertEquals } from "@std/assert";
import { assertAnswers, FUSED, INPUTS } from "./expected.ts";
import { KIT, makeFolder, makeKit, must, NODE_24 } from "./kit.ts";

await makeKit();
const folder = await makeFolder("workerd", {
  "answers.js": "tests/runtime/apps/answers.js",
  "worker.js": "tests/runtime/apps/worker.js",
  "miniflare.js": "tests/runtime/apps/miniflare.js",
  ...INPUTS,
});
const assets = ["wasm", "safetensors", "jpg", "png", "webp", "golden"].map((type) => `--loader:.${type}=copy`);
await must(`${KIT}node_modules/.bin/esbuild`, [
  "worker.js",
  "--bundle",
  "--format=esm",
  "--conditions=workerd",
  "--outdir=built",
  ...assets,
], { cwd: folder });

interface Report {
  readonly answers: readonly string[];
  readonly heap: Readonly<Record<string, number>>;
  readonly peakResident: number;
}

const ask = async (...paths: string[]) =>
  JSON.parse(await must(NODE_24, ["miniflare.js", "built/worker.js", ...paths], { cwd: folder })) as Report;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What Cloudflare gives an isolate. */
const LIMIT = 128e6;

Deno.test("npm package in workerd gives the bits of Deno, from statically imported WebAssembly", async () => {
  const { answers: [answer] } = await ask("/answers");
  await assertAnswers(answer!, FUSED);
});

Deno.test("a Worker that classifies and restores stays within 128 MB of heap and linear memory", async () => {
  const { answers, heap, peakResident } = await ask("/classify", "/classify", "/restore", "/classify");
  const [first, second, restored, last] = answers.map((text) => JSON.parse(text));
  assertEquals([first, second.label, restored.width], [second, "fountain", 200]);
  const used = heap.usedSize! + heap.embedderHeapUsedSize! + Math.max(heap.backingStorageSize!, last.linear);
  console.log(
    `workerd: linear memory ${megabytes(first.linear)} after a classification, ${
      megabytes(last.linear)
    } after restoring ` +
      `100 x 100 pixels; heap and buffers ${megabytes(used)}, peak resident size of the process ${
        megabytes(peakResident)
      }`,
  );
  assert(used < LIMIT, `${used} bytes`);
});

Deno.test("a Worker that classifies carries neither encoders nor weights in base64", async () => {
  const names = (await Array.fromAsync(Deno.readDir(`${folder}built`))).map(({ name }) => name);
  assertEquals(names.filter((name) => /encode/.test(name)), []);
  const { size } = await Deno.stat(`${folder}built/worker.js`);
  assert(size < 600_000, `worker.js has ${size} bytes`);
});
