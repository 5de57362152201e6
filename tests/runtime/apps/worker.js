// Cloudflare Workers: all files are modules, WebAssembly comes compiled. GET /answers, GET /memory.
import { classify, loadModel, openDevice, openModelSource } from "sidewinder";
import weights from "sidewinder/weights/vim_micro.safetensors";
import { answers } from "./answers.js";
import rocket from "./rocket.jpg";
import chelsea from "./chelsea.png";
import lossy from "./lossy.webp";
import golden from "./vim_micro.golden";

const files = {
  "rocket.jpg": new Uint8Array(rocket),
  "chelsea.png": new Uint8Array(chelsea),
  "lossy.webp": new Uint8Array(lossy),
  "vim_micro.golden": golden,
};

let kept;

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === "/answers") {
      return Response.json(await answers({ classify, loadModel, openDevice, openModelSource }, files, weights));
    }
    kept ??= await loadModel(await openDevice(), weights);
    const { labels } = await classify(kept, files["rocket.jpg"], { top: 1 });
    return Response.json({ label: labels[0].name, linear: kept.device.memory().reserved });
  },
};
