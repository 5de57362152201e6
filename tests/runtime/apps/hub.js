// A page that takes a model from a hub, whose address is its hash: once over the network, then from its cache.
import { classify, createWorkerEngine, loadModel, openDevice } from "sidewinder";

const mirror = location.hash.slice(1), name = "hf:owner/repo/vim.safetensors";
const failure = (call) => call.then(() => "nothing was thrown", ({ name, message }) => `${name}: ${message}`);

async function job() {
  const device = await openDevice({ prefer: "wasm", threads: 1 }), labels = [];
  for (const options of [{ mirror, token: "hf_right" }, { mirror }, { offline: true, mirror }]) {
    const model = await loadModel(device, name, options);
    labels.push((await classify(model, "photo.png", { top: 1 })).labels[0].name);
    model.close();
  }
  const engine = await createWorkerEngine({ device: { prefer: "wasm" } });
  const there = await engine.loadModel(name, { offline: true, mirror });
  labels.push((await engine.classify(there, "photo.png", { top: 1 })).labels[0].name);
  engine.close();
  const failures = [
    await failure(loadModel(device, "hf:owner/repo/vin.safetensors", { mirror })),
    await failure(loadModel(device, "hf:owner/secret/vim.safetensors", { mirror })),
    await failure(loadModel(device, "hf:owner/repo@next/vim.safetensors", { mirror, offline: true })),
  ];
  return { labels, failures };
}

job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
  fetch("/", { method: "POST", body: JSON.stringify(result) })
);
