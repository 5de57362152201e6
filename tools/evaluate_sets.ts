/**
 * PSNR and SSIM of restoration nets on Set5 and Set14, by the published protocol (Y of BT.601, a border of `scale` pixels
 * cut, 8 bits, the whole image in one pass), against the figures that the model cards and authors state:
 * `evaluate_sets [NAME…] [--int8]`, names of the list below; with `--int8` also by the same weights in 8 bits, which may cost
 * 0.1 dB. The sets and DVMSR's weights may not be copied into the project: they
 * are looked for in the folder that `SIDEWINDER_SHARED` names, and left out with a word where they are absent.
 *
 * @module
 */
import { convertCheckpoint } from "../src/checkpoint/convert.ts";
import { openCheckpoint } from "../src/checkpoint/open.ts";
import { toChannels } from "../src/image/colour.ts";
import { decodeImage } from "../src/image/decode.ts";
import { psnr, ssim } from "../src/image/metrics.ts";
import type { Pixels } from "../src/image/pixels.ts";
import { resizeBicubic } from "../src/image/resize.ts";
import { loadModel, type Model } from "../src/load_model.ts";
import { openDevice } from "../src/open_device.ts";
import { restore } from "../src/restore.ts";

/** One figure that must be reached. */
interface Figure {
  readonly name: string;
  /** Weights: beside this file, or in the shared folder. */
  readonly weights: string;
  readonly set: "set5" | "set14";
  /** PSNR-Y stated, in dB. */
  readonly stated: number;
  /** How far below it a run may be, in dB. */
  readonly slack: number;
}

const light = (scale: 2 | 4, set: Figure["set"], stated: number): Figure => ({
  name: `mambair_light_x${scale} ${set}`,
  weights: `../weights/mambair_light_x${scale}/mambair_light_x${scale}.safetensors`,
  set,
  stated,
  slack: 0.02,
});
const FIGURES: readonly Figure[] = [
  light(2, "set5", 37.50),
  light(4, "set5", 31.29),
  light(2, "set14", 33.04),
  light(4, "set14", 28.05),
  { name: "dvmsr set5", weights: "shared:weights/dvmsr/DVMSR.pth", set: "set5", stated: 32.2, slack: 0 },
  { name: "dvmsr set14", weights: "shared:weights/dvmsr/DVMSR.pth", set: "set14", stated: 28.63, slack: 0 },
];

/** What a set came to. */
interface Outcome {
  readonly psnr: number;
  readonly ssim: number;
  readonly bicubic: number;
  readonly images: number;
}

/** The upper left part of an image. */
function cropTo(pixels: Pixels, width: number, height: number): Pixels {
  const { channels } = pixels, data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = y * pixels.width * channels;
    data.set(pixels.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { data, width, height, channels };
}

async function evaluate(model: Model, folder: URL): Promise<Outcome> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith("_lr.png")) names.push(name);
  const sums = { psnr: 0, ssim: 0, bicubic: 0 }, options = { crop: model.scale, luma: true };
  for (const name of names.sort()) {
    const small = toChannels(await decodeImage(new URL(name, folder)), 3);
    const width = small.width * model.scale, height = small.height * model.scale;
    const truth = cropTo(
      toChannels(await decodeImage(new URL(name.replace("_lr", "_hr"), folder)), 3),
      width,
      height,
    );
    const restored = await restore(model, small, { tile: "exact" });
    sums.psnr += psnr(restored, truth, options);
    sums.ssim += ssim(restored, truth, options);
    sums.bicubic += psnr(resizeBicubic(small, width, height), truth, options);
  }
  const images = names.length;
  return { psnr: sums.psnr / images, ssim: sums.ssim / images, bicubic: sums.bicubic / images, images };
}

/** The weights of a file in 8 bits. */
async function inInt8(weights: URL): Promise<Blob> {
  const checkpoint = await openCheckpoint(weights), pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of convertCheckpoint(checkpoint, { dtype: "int8" })) pieces.push(new Uint8Array(piece));
  await checkpoint.close();
  return new Blob(pieces);
}

/** What 8 bits may cost, in dB. */
const INT8_LOSS = 0.1;
const names = Deno.args.filter((arg) => arg !== "--int8"), int8 = names.length < Deno.args.length;
const shared = Deno.env.get("SIDEWINDER_SHARED");
if (!shared) {
  console.log("left out: SIDEWINDER_SHARED does not name the folder that holds data/set5 and data/set14");
  Deno.exit(0);
}
const root = new URL(`${shared.replace(/\/*$/, "")}/`, `file://${Deno.cwd()}/`);
await using device = await openDevice();
let failed = 0;
for (const figure of FIGURES) {
  if (names.length > 0 && !names.includes(figure.name)) continue;
  const weights = figure.weights.startsWith("shared:")
    ? new URL(figure.weights.slice("shared:".length), root)
    : new URL(figure.weights, import.meta.url);
  await using model = await loadModel(device, weights);
  const outcome = await evaluate(model, new URL(`data/${figure.set}/x${model.scale}/`, root));
  const reached = outcome.psnr >= figure.stated - figure.slack;
  if (!reached) failed++;
  console.log(
    `${figure.name.padEnd(24)} PSNR-Y ${outcome.psnr.toFixed(3)} dB, SSIM-Y ${outcome.ssim.toFixed(4)}, bicubic ` +
      `${outcome.bicubic.toFixed(2)} dB, ${outcome.images} images; stated ${figure.stated}: ${reached ? "ok" : "FAIL"}`,
  );
  if (!int8) continue;
  await using small = await loadModel(device, await inInt8(weights));
  const { psnr } = await evaluate(small, new URL(`data/${figure.set}/x${model.scale}/`, root));
  const loss = outcome.psnr - psnr;
  if (loss > INT8_LOSS) failed++;
  console.log(
    `${`${figure.name} int8`.padEnd(24)} PSNR-Y ${psnr.toFixed(3)} dB, ${loss.toFixed(3)} dB less: ${
      loss > INT8_LOSS ? "FAIL" : "ok"
    }`,
  );
}
if (failed > 0) Deno.exit(1);
