/**
 * A page of an extension: `npm install sidewinder`, then
 * `npx esbuild page.js --bundle --splitting --format=esm --outdir=built` and
 * `cp node_modules/@sidewinder/weights-mambair-light-x2/*.safetensors built/`. Load the folder as an unpacked extension.
 */
import { createWorkerEngine, toBlob } from "sidewinder";

const engine = await createWorkerEngine();
const model = await engine.loadModel(await engine.defaultModel("upscale"));

async function enlarge(image) {
  const onProgress = ({ fraction }) => document.querySelector("progress").value = fraction;
  const url = URL.createObjectURL(await toBlob(await engine.restore(model, image, { onProgress })));
  document.body.append(Object.assign(new Image(), { src: url }));
}

document.querySelector("input").addEventListener("change", ({ target }) => enlarge(target.files[0]));
document.body.dataset.ready = "yes";
