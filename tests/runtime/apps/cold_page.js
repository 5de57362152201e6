// A page: from the request for it to the label, in milliseconds.
import { classify, defaultModel, loadModel, openDevice } from "sidewinder";

const device = await openDevice({ prefer: "wasm" });
const model = await loadModel(device, await defaultModel("classify"));
const photo = await (await fetch("/rocket.jpg")).blob();
const { labels } = await classify(model, photo, { top: 1 });
await fetch("/", { method: "POST", body: JSON.stringify({ label: labels[0].name, milliseconds: performance.now() }) });
