// A page from a bundler: POSTs the answers, and what an engine in a worker that the bundler made says.
import * as sidewinder from "sidewinder";
import { answers, FILES } from "./answers.js";

async function job() {
  const files = {};
  for (const name of FILES) files[name] = new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
  const engine = await sidewinder.createWorkerEngine();
  const model = await engine.loadModel(await engine.defaultModel("classify"));
  const { labels: [{ name }] } = await engine.classify(model, "chelsea.png", { top: 1 });
  engine.close();
  return { answers: await answers(sidewinder, files), label: name };
}

job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
  fetch("/", { method: "POST", body: JSON.stringify(result) })
);
