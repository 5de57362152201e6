// A page that computes in a worker of the package, and POSTs what came of it.
import { createWorkerEngine, openDevice } from "sidewinder";

const failure = (call) => call.then(() => "nothing was thrown", ({ name, message }) => `${name}: ${message}`);

async function job() {
  const made = [], Own = globalThis.Worker;
  globalThis.Worker = class extends Own {
    constructor(...args) {
      super(...args);
      made.push(this);
    }
  };
  const engine = await createWorkerEngine({ device: { prefer: "wasm" } });
  const vim = await engine.loadModel(await engine.defaultModel("classify"));
  const net = await engine.loadModel(await engine.defaultModel("upscale"));
  const image = new Image();
  image.src = "photo.png";
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 72, height: 48 });
  canvas.getContext("2d").drawImage(image, 0, 0, 72, 48);
  const ended = [], steps = [], labels = [];
  const large = engine.restore(net, canvas, { tile: 60, onProgress: ({ fraction }) => steps.push(fraction) })
    .then((result) => {
      ended.push("restored");
      return result;
    });
  for (const input of [image, "photo.png", await fetch("photo.png"), await createImageBitmap(image)]) {
    labels.push((await engine.classify(vim, input, { top: 1 })).labels[0].name);
    if (labels.length === 1) ended.push("classified");
  }
  const { width, height } = await large, stop = new AbortController();
  const foreign = new Image();
  foreign.src = new URL("photo.png", location.href.replace("127.0.0.1", "localhost"));
  await foreign.decode().catch(() => {});
  setTimeout(() => stop.abort(new Error("stopped by the page")));
  const failures = [
    await failure(engine.restore(net, canvas, { signal: stop.signal })),
    await failure(engine.classify(vim, foreign)),
    await failure(engine.classify(vim, new Uint8Array(3))),
  ];
  const late = failure(engine.restore(net, canvas));
  for (const worker of made) worker.terminate(); // as one ends that the browser has no memory for
  failures.push(await late);
  const next = await createWorkerEngine({ device: { prefer: "wasm" } });
  const again = (await next.decodeImage("photo.png")).width;
  next.close();
  const device = await openDevice();
  return { device: engine.device, threads: engine.threads, here: device.name, labels, size: [width, height], ended, steps, failures, again };
}

job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
  fetch("/", { method: "POST", body: JSON.stringify(result) })
);
