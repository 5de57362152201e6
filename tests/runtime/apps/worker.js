// Cloudflare Workers: all files are modules, WebAssembly comes compiled. GET /answers, /classify, /restore.
import { classify, loadModel, openDevice, openModelSource, restore } from "sidewinder";
import upscale from "@sidewinder/weights-mambair-light-x2/mambair_light_x2.safetensors";
import vim from "@sidewinder/weights-vim-micro/vim_micro.safetensors";
import { answers } from "./answers.js";
import rocket from "./rocket.jpg";
import chelsea from "./chelsea.png";
import lossy from "./lossy.webp";
import goldenVim from "./vim_micro.golden";
import goldenMambair from "./mambair_light_x2.golden";

const files = {
  "rocket.jpg": new Uint8Array(rocket),
  "chelsea.png": new Uint8Array(chelsea),
  "lossy.webp": new Uint8Array(lossy),
  "vim_micro.golden": goldenVim,
  "mambair_light_x2.golden": goldenMambair,
};

const kept = {};

/** The one loaded model of a task; all on one device. */
async function model(task, weights) {
  kept.device ??= openDevice();
  return await (kept[task] ??= loadModel(await kept.device, weights));
}

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/answers") {
      const library = { classify, loadModel, openDevice, openModelSource, restore };
      return Response.json(await answers(library, files, { classify: vim, upscale }));
    }
    if (pathname === "/restore") {
      const mambair = await model("restore", upscale);
      const image = { data: new Uint8Array(3 * 100 * 100), width: 100, height: 100, channels: 3 };
      const { width } = await restore(mambair, image, { task: "upscale" });
      return Response.json({ width, linear: mambair.device.memory().reserved });
    }
    const loaded = await model("classify", vim);
    const { labels } = await classify(loaded, files["rocket.jpg"], { top: 1 });
    return Response.json({ label: labels[0].name, linear: loaded.device.memory().reserved });
  },
};
