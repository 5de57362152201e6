// Browsers, on a page or in a worker: POSTs the answers to the server it came from.
import * as sidewinder from "sidewinder";
import { answers, FILES } from "./answers.js";

async function job() {
  const files = {};
  for (const name of FILES) files[name] = new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());
  return await answers(sidewinder, files);
}

job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
  fetch("/", { method: "POST", body: JSON.stringify(result) })
);
