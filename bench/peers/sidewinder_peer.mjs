/**
 * `sidewinder_peer.mjs FOLDER NET THREADS`: this project as a peer by the protocol of peers.ts. `SIDEWINDER` names the folder of
 * the package that is measured; the source tree unless it is set.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

const [folder, name, threads] = process.argv.slice(2);
const folderOf = process.env.SIDEWINDER, ending = folderOf ? "js" : "ts";
const entry = (module) => new URL(`${module}.${ending}`, folderOf ?? new URL("../../", import.meta.url)).href;
const { loadModel, openDevice } = await import(entry("mod")), { runModel } = await import(entry("kernels"));

const bytes = (ending) => new Uint8Array(readFileSync(`${folder}/${name}.${ending}`)).buffer;
const { input: [, channels, height, width] } = JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));
/** Planes, as PyTorch has them, to pixels and back. */
const toPixels = (planes, c) => planes.map((_, i) => planes[i % c * (planes.length / c) + Math.floor(i / c)]);

const device = await openDevice({ require: "wasm", threads: Number(threads) });
const model = await loadModel(device, `${folder}/${name}.pth`);
const pixels = toPixels(new Float32Array(bytes("in.bin")), channels), exact = new Float64Array(bytes("out.bin"));
const forward = (ops) => model.forward(ops, ops.input(pixels, [1, height, width, channels]));
const run = () => runModel(device, forward, { like: { model, key: "" } }); // as classify() and restore() do
const say = (facts) => console.log(JSON.stringify(facts));
const peak = () => 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);

let output = new Float32Array();
for (let i = 0; i < 3; i++) output = await run();
const wanted = name === "mambair_x2" ? toPixels(exact, 3) : exact;
const error = output.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
say({ version: "Sidewinder", error });
for await (const _ of createInterface({ input: process.stdin })) {
  const started = performance.now();
  await run();
  say({ milliseconds: performance.now() - started, peak: peak() });
}
process.exit(0);
