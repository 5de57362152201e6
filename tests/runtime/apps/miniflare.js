// Node: runs a bundled worker in workerd, asks it for the paths given, and prints the answers with the memory it took.
import { readdirSync, readFileSync } from "node:fs";
import { Miniflare } from "miniflare";

const [script, ...paths] = process.argv.slice(2);
const started = performance.now();
const miniflare = new Miniflare({
  modules: true,
  scriptPath: script,
  modulesRules: [
    { type: "CompiledWasm", include: ["**/*.wasm"] },
    { type: "Data", include: ["**/*.safetensors", "**/*.jpg", "**/*.png", "**/*.webp", "**/*.golden"] },
  ],
  compatibilityDate: "2026-07-01",
  inspectorPort: 0,
});

/** Used bytes of the isolate: V8's heap and what it holds outside, where linear memory counts. */
async function heap() {
  const address = await miniflare.getInspectorURL();
  const [target] = await (await fetch(new URL("/json", `http://${address.host}`))).json();
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
  const usage = new Promise((resolve) => {
    socket.onmessage = ({ data }) => JSON.parse(data).id === 1 && resolve(JSON.parse(data).result);
  });
  socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await usage;
  socket.close();
  return { usedSize, embedderHeapUsedSize, backingStorageSize };
}

/** Largest resident size so far of the workerd process, in bytes. */
function peakResident() {
  const children = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      const parent = Number(/PPid:\s+(\d+)/.exec(status)[1]);
      return parent === process.pid && /Name:\s+workerd/.test(status) ? [status] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
  return 1024 * Math.max(...children.map((status) => Number(/VmHWM:\s+(\d+)/.exec(status)[1])));
}

const answers = [];
let first;
for (const path of paths) {
  const response = await miniflare.dispatchFetch(`http://worker${path}`);
  answers.push(await response.text());
  first ??= performance.now() - started;
}
console.log(JSON.stringify({ answers, first, heap: await heap(), peakResident: peakResident() }));
await miniflare.dispose();
