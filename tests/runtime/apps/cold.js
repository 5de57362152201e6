// Node, Bun, Deno: one photo, then the peak of the process's memory.
import { readFile } from "node:fs/promises";
import { classify, defaultModel, loadModel, openDevice } from "sidewinder";

const device = await openDevice({ prefer: "wasm" });
const model = await loadModel(device, await defaultModel("classify"));
const { labels } = await classify(model, new Uint8Array(await readFile("rocket.jpg")), { top: 1 });
const peak = 1024 * Number(/VmHWM:\s+(\d+)/.exec(await readFile("/proc/self/status", "utf8"))[1]);
console.log(JSON.stringify({ label: labels[0].name, peak }));
