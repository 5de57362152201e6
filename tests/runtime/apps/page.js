// Browsers, on a page or in a worker: POSTs the answers to the server it came from; with `#webgpu` that of WebGPU.
import * as sidewinder from "sidewinder";
import { answers, FILES, webgpuAnswer } from "./answers.js";

async function job() {
  const files = {};
  for (const name of FILES) files[name] = new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
  return location.hash === "#webgpu" ? await webgpuAnswer(sidewinder, files) : await answers(sidewinder, files);
}

job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
  fetch("/", { method: "POST", body: JSON.stringify(result) })
);
