// Cloudflare Workers: all files are modules, WebAssembly comes compiled. GET /answers, GET /memory.
import { classify, loadModel, openDevice, openModelSource, restore } from "sidewinder";
import upscale from "sidewinder/weights/mambair_light_x2.safetensors";
import vim from "sidewinder/weights/vim_micro.safetensors";
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

let kept;

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/answers") {
      const library = { classify, loadModel, openDevice, openModelSource, restore };
      return Response.json(await answers(library, files, { classify: vim, upscale }));
    }
    kept ??= await loadModel(await openDevice(), vim);
    const { labels } = await classify(kept, files["rocket.jpg"], { top: 1 });
    return Response.json({ label: labels[0].name, linear: kept.device.memory().reserved });
  },
};
