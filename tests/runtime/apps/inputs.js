// A page: gives every kind of picture that a browser has to the package, and POSTs what came of each.
import { classify, decodeImage, defaultModel, loadModel, openDevice, toBlob, toImageData } from "sidewinder";

const element = (name, facts) => Object.assign(document.createElement(name), facts);

async function picture(src, facts = {}) {
  const image = element("img", { ...facts, src });
  await image.decode();
  return image;
}

function canvasOf(image, make) {
  const canvas = make(image.naturalWidth, image.naturalHeight);
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas;
}
const offscreen = (width, height) => new OffscreenCanvas(width, height);

/** How a call ends: what it throws, in words. */
const failure = (call) => call.then(() => "nothing was thrown", ({ name, message }) => `${name}: ${message}`);

async function job() {
  const response = await fetch("photo.png"), wanted = await decodeImage(await response.clone().blob());
  const image = await picture("photo.png"), bitmap = await createImageBitmap(image);
  const canvas = canvasOf(image, (width, height) => element("canvas", { width, height }));
  const inputs = {
    "a relative address": "photo.png",
    "an address object": new URL("photo.png", location.href),
    "a Response": response,
    "a File": new File([await toBlob(wanted)], "photo.png"),
    "an <img>": image,
    "a canvas": canvas,
    "an OffscreenCanvas": canvasOf(image, offscreen),
    "an ImageBitmap": bitmap,
    "a VideoFrame": new VideoFrame(canvas, { timestamp: 0 }),
    "an ImageData": canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height),
    "what toImageData() made": await toImageData(wanted),
  };
  const device = await openDevice({ prefer: "wasm", threads: 1 });
  const model = await loadModel(device, await defaultModel("classify")), answers = {};
  for (const [kind, input] of Object.entries(inputs)) {
    const pixels = await decodeImage(kind === "a Response" ? input.clone() : input);
    const { labels } = await classify(model, input, { top: 1 }), { width, height, channels } = pixels;
    let off = 0;
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) off = Math.max(off, Math.abs(pixels.data[i * channels + c] - wanted.data[i * 3 + c]));
    }
    answers[kind] = { size: [width, height], off, label: labels[0].name };
  }

  const seen = canvasOf(image, offscreen), context = seen.getContext("2d", { colorSpace: "srgb" });
  context.putImageData(await toImageData({ data: Uint16Array.of(0, 65535), width: 1, height: 1, channels: 2 }), 0, 0);
  const grey = [...context.getImageData(0, 0, 1, 1).data];
  const wide = new ImageData(Uint8ClampedArray.of(0, 255, 0, 255), 1, 1, { colorSpace: "display-p3" });
  const jpeg = await toBlob(wanted, { type: "jpeg" });

  const foreign = location.href.replace("127.0.0.1", "localhost").replace(/[^/]*$/, "photo.png");
  const tainted = await picture(foreign), closed = await createImageBitmap(image);
  closed.close();
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  frame.close();
  const used = await fetch("photo.png");
  await used.text();
  const broken = element("img", { src: "nowhere.png" });
  await broken.decode().catch(() => {});
  const late = element("img", { src: "photo.png?late" });
  const failures = {
    "another origin's picture": await failure(decodeImage(tainted)),
    "a tainted canvas": await failure(decodeImage(canvasOf(tainted, offscreen))),
    "a picture that loads": await failure(decodeImage(late)),
    "a broken picture": await failure(decodeImage(broken)),
    "an empty canvas": await failure(decodeImage(element("canvas", { width: 0 }))),
    "a closed bitmap": await failure(decodeImage(closed)),
    "a closed frame": await failure(decodeImage(frame)),
    "a video without a frame": await failure(decodeImage(element("video"))),
    "a picture that is too large": await failure(decodeImage(image, { maxPixels: 10 })),
    "a missing file": await failure(decodeImage(await fetch("nowhere.png"))),
    "a missing address": await failure(decodeImage("nowhere.png")),
    "a Response that was read": await failure(decodeImage(used)),
    "an opaque Response": await failure(decodeImage(await fetch(foreign, { mode: "no-cors" }))),
    "a worker from a blob": await new Promise((resolve) => {
      const text = `import(${JSON.stringify(new URL("built/inputs.js#worker", location.href).href)})
        .then(({ relative }) => relative()).then(postMessage)`;
      const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })), { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
    }),
  };
  return {
    answers,
    failures,
    grey,
    wide: (await decodeImage(wide)).attached,
    space: (await toImageData(await decodeImage(wide))).colorSpace,
    jpeg: [jpeg.type, (await decodeImage(jpeg)).width],
  };
}

/** What a relative address gives in a worker from a blob. */
export const relative = () => failure(decodeImage("photo.png"));

if (typeof document === "object") {
  job().catch((error) => ({ error: `${error.stack ?? error}` })).then((result) =>
    fetch("/", { method: "POST", body: JSON.stringify(result) })
  );
}
