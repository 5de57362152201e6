/**
 * What every runtime is asked: classify photos of three formats, and run a golden input of the official code. It is given
 * the library, so that the same file serves the working tree and the installed package.
 */

const base64 = (values) => btoa(String.fromCharCode(...new Uint8Array(values.buffer)));

/** The names of the files that {@linkcode answers} wants. */
export const FILES = ["rocket.jpg", "chelsea.png", "lossy.webp", "vim_micro.golden"];

/** Answers of the device kinds that this engine has, by kind. */
export async function answers(library, files, weights) {
  weights ??= await library.defaultModel("classify");
  const result = {};
  for (const kind of ["wasm", "wasm-simd128"]) {
    const device = await library.openDevice({ require: kind }).catch(() => undefined);
    if (device === undefined || device.name in result) continue;
    const model = await library.loadModel(device, weights);
    const answer = { logits: {}, golden: await golden(library, model, files["vim_micro.golden"]) };
    for (const name of FILES.slice(0, 3)) {
      const { labels, logits } = await library.classify(model, files[name], { top: 1 });
      answer.logits[name] = base64(logits);
      answer.label ??= labels[0].name;
    }
    result[device.name] = answer;
    device.close();
  }
  return result;
}

/** The largest difference from what the official code gave for the same pixels, as a share of the largest value. */
async function golden(library, model, bytes) {
  const fixture = await library.openModelSource(bytes);
  const read = (name) => fixture.entries.get(name).read();
  const data = Uint8Array.from(await read("rocket.pixels"));
  const { logits } = await library.classify(model, { data, width: 64, height: 64, channels: 3 });
  const wanted = await read("rocket.logits");
  const largest = Math.max(...wanted.map(Math.abs));
  return Math.max(...wanted.map((value, i) => Math.abs(value - logits[i]))) / largest;
}
