// Any runtime: the logits of one photo with one thread and with three, and what the device says of its threads.
import * as sidewinder from "sidewinder";

const base64 = (values) => btoa(String.fromCharCode(...new Uint8Array(values.buffer)));

/** How many times a device is opened and closed after its run. */
const CYCLES = 5;

async function job() {
  const photo = typeof location === "object"
    ? new Uint8Array(await (await fetch("/rocket.jpg")).arrayBuffer())
    : new Uint8Array(await (await import("node:" + "fs/promises")).readFile(new URL("rocket.jpg", import.meta.url)));
  const weights = await sidewinder.defaultModel("classify");
  const logits = async (threads) => {
    const device = await sidewinder.openDevice({ require: "wasm-simd128", threads });
    const model = await sidewinder.loadModel(device, weights);
    const result = await sidewinder.classify(model, photo);
    const found = { threads: device.threads, found: JSON.stringify(device.account), logits: base64(result.logits) };
    model.close();
    device.close();
    return found;
  };
  const one = await logits(1), three = await logits(3), again = [];
  for (let i = 0; i < CYCLES; i++) again.push((await logits(2)).logits === one.logits);
  return { threads: three.threads, found: three.found, same: three.logits === one.logits, again };
}

const result = await job().catch((error) => ({ error: `${error.stack ?? error}` }));
if (typeof location === "object") await fetch("/", { method: "POST", body: JSON.stringify(result) });
else console.log(JSON.stringify(result));
