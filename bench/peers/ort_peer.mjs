/**
 * `ort_peer.mjs FOLDER NET THREADS web|node`, in Node or Deno: a peer by the protocol of peers.ts. It is copied beside the
 * packages that it imports.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

const [folder, name, threads, kind] = process.argv.slice(2);
const imported = await import(kind === "web" ? "onnxruntime-web" : "onnxruntime-node");
const ort = imported.InferenceSession ? imported : imported.default;
if (kind === "web") ort.env.wasm.numThreads = Number(threads);
const bytes = (ending) => new Uint8Array(readFileSync(`${folder}/${name}.${ending}`));
const shapes = JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
const [input, exact] = [new Float32Array(bytes("in.bin").buffer), new Float64Array(bytes("out.bin").buffer)];
const session = await ort.InferenceSession.create(bytes("onnx"), {
  executionProviders: [kind === "web" ? "wasm" : "cpu"],
  ...(kind === "node" && { intraOpNumThreads: Number(threads) }),
});
const run = async () => (await session.run({ image: new ort.Tensor("float32", input, shapes.input) })).out.data;
const say = (facts) => console.log(JSON.stringify(facts));
const peak = () => 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);

let output;
for (let i = 0; i < 3; i++) output = await run();
const error = output.reduce((most, value, i) => Math.max(most, Math.abs(value - exact[i])), 0);
say({ version: `onnxruntime-${kind} ${ort.env.versions?.common ?? ""}`.trim(), error });
for await (const _ of createInterface({ input: process.stdin })) {
  const started = performance.now();
  await run();
  say({ milliseconds: performance.now() - started, peak: peak() });
}
process.exit(0);
