/**
 * What every runtime is asked: classify photos of three formats, upscale a small image, and hold both against what the
 * official code gave. It is given the library, so that the same file serves the working tree and the installed package.
 */

const base64 = (values) => btoa(String.fromCharCode(...new Uint8Array(values.buffer)));

const PHOTOS = ["rocket.jpg", "chelsea.png", "lossy.webp"];

/** The names of the files that {@linkcode answers} wants. */
export const FILES = [...PHOTOS, "vim_micro.golden", "mambair_light_x2.golden"];

/** Answers of the WASM devices that this engine has, by device. */
export async function answers(library, files, weights) {
  weights ??= {
    classify: await library.defaultModel("classify"),
    upscale: await library.defaultModel("upscale", { scale: 2 }),
  };
  const result = {};
  for (const kind of ["wasm", "wasm-simd128"]) {
    const device = await library.openDevice({ require: kind }).catch(() => undefined);
    if (device === undefined || device.name in result) continue;
    const vim = await library.loadModel(device, weights.classify);
    const answer = { logits: {}, golden: await goldenLogits(library, vim, files["vim_micro.golden"]) };
    for (const name of PHOTOS) {
      const { labels, logits } = await library.classify(vim, files[name], { top: 1 });
      answer.logits[name] = base64(logits);
      answer.label ??= labels[0].name;
    }
    vim.close();
    const mambair = await library.loadModel(device, weights.upscale);
    Object.assign(answer, await upscale(library, mambair, files["mambair_light_x2.golden"]));
    result[device.name] = answer;
    device.close();
  }
  return result;
}

async function open(library, bytes) {
  const fixture = await library.openModelSource(bytes);
  return (name) => fixture.entries.get(name).read();
}

/** The largest difference from the official logits on WebGPU; software adapters take half a minute for one image. */
export async function webgpuAnswer(library, files) {
  const device = await library.openDevice({ require: "webgpu" });
  const vim = await library.loadModel(device, await library.defaultModel("classify"));
  const difference = await goldenLogits(library, vim, files["vim_micro.golden"]);
  device.close();
  return { device: device.name, golden: difference };
}

/** The largest difference from the official logits for the same pixels, as a share of the largest. */
async function goldenLogits(library, model, bytes) {
  const read = await open(library, bytes);
  const data = Uint8Array.from(await read("rocket.pixels"));
  const { logits } = await library.classify(model, { data, width: 64, height: 64, channels: 3 });
  const wanted = await read("rocket.logits");
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - logits[i]))) / largest;
}

/** The pixels of an image twice as large, and how many steps of 8 bits they are from the official ones at most. */
async function upscale(library, model, bytes) {
  const read = await open(library, bytes);
  const image = { data: Uint8Array.from(await read("pixels")), width: 28, height: 23, channels: 3 };
  const { data } = await library.restore(model, image, { task: "upscale", tile: "exact" });
  const wanted = await read("output");
  const steps = wanted.map((value, i) => Math.abs(Math.round(255 * Math.min(1, Math.max(0, value))) - data[i]));
  return { pixels: base64(data), steps: Math.max(...steps) };
}
