/**
 * The models and sample photos of the page, copied under names that change with their content.
 *
 * @module
 */
import type { Catalogue, CatalogueModel, CatalogueOffer, CatalogueSample } from "../../site/catalogue.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { RELEASED } from "../../src/checkpoint/released.ts";
import { countParameters } from "../../src/checkpoint/weights.ts";
import { overWhite, type Pixels8, to8Bit, toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { resizeBicubic } from "../../src/image/resize.ts";
import { detectModel } from "../../src/load_model.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig, type VimVariant } from "../../src/models/vim/options.ts";
import { openDevice } from "../../src/open_device.ts";
import { restore } from "../../src/restore.ts";

/** Writes a file of the page, by its path from the page. */
export type WriteFile = (path: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

const THUMBNAIL_SIDE = 112;

/** SHA-256 in hex. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

const hashed = (name: string, hash: string, extension: string): string => `${name}-${hash.slice(0, 8)}.${extension}`;

async function copyModel(id: string, bytes: Uint8Array<ArrayBuffer>, write: WriteFile): Promise<CatalogueModel> {
  const checkpoint = await openCheckpoint(bytes);
  const { detected: { task, gives, spec } } = await detectModel(checkpoint);
  const scale = gives.kind === "image" ? gives.scale : 1;
  const sha256 = await sha256Of(bytes), url = `models/${hashed(id, sha256, "safetensors")}`;
  await write(url, bytes);
  const does = task === "classify" ? "classify" : scale > 1 ? "upscale" : "denoise";
  return { id, url, bytes: bytes.length, sha256, task: does, scale, parameters: countParameters(spec) };
}

/** A picture of the page, by what it is made from. */
async function addPicture(id: string, pixels: Pixels8, quality: number, write: WriteFile): Promise<string> {
  const bytes = await encodeImage(pixels, { type: "webp", quality });
  const url = `photos/${hashed(id, await sha256Of(bytes), "webp")}`;
  await write(url, bytes);
  return url;
}

/** A photo to try, and the model that it suits. */
interface Sample {
  readonly id: string;
  readonly model: string;
  readonly file: string;
  /** How it is made from the file; the file itself by default. */
  readonly make?: (photo: Pixels8) => Pixels8;
}

/** Standard deviation of the noise of the noisy sample: what the net was trained for. */
const NOISE = 25;

/** A photo with even noise; the same at every build. */
function withNoise(photo: Pixels8): Pixels8 {
  let state = 1;
  const uniform = () => (state = Math.imul(state, 48271) >>> 1) / 2 ** 31;
  const normal = () => Math.sqrt(-2 * Math.log(uniform() || 1e-9)) * Math.cos(2 * Math.PI * uniform());
  return { ...photo, data: Uint8ClampedArray.from(photo.data, (value) => value + NOISE * normal()) };
}

const smaller = (photo: Pixels8, side: number): Pixels8 => {
  const scale = side / Math.max(photo.width, photo.height);
  return resizeBicubic(photo, Math.round(photo.width * scale), Math.round(photo.height * scale));
};

/** What is offered to try: each shows something that its model does well. */
const SAMPLES: readonly Sample[] = [
  { id: "coffee", model: "vim_micro", file: "coffee.png" },
  { id: "chelsea", model: "vim_micro", file: "chelsea.png" },
  { id: "small", model: "mambair_light_x4", file: "rocket.jpg", make: (photo) => smaller(photo, 160) },
  {
    id: "noisy",
    model: "mambair_denoise",
    file: "astronaut.png",
    make: (photo) => withNoise(smaller(photo, 256)),
  },
];

/** The square in the middle of a picture, which is all that a thumbnail shows. */
function middle({ data, width, height, channels }: Pixels8): Pixels8 {
  const side = Math.min(width, height), left = (width - side) >> 1, top = (height - side) >> 1;
  const square = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    const from = ((top + row) * width + left) * channels;
    square.set(data.subarray(from, from + side * channels), row * side * channels);
  }
  return { data: square, width: side, height: side, channels };
}

async function readPhoto(path: string): Promise<Pixels8> {
  return toChannels(overWhite(await decodeImage(await Deno.readFile(path))), 3) as Pixels8;
}

async function copySample(sample: Sample, folder: string, write: WriteFile): Promise<CatalogueSample> {
  const { id, model, file, make } = sample, photo = await readPhoto(folder + file);
  let url: string, shown = photo;
  if (make) {
    shown = make(photo);
    const bytes = await encodeImage(shown, { type: "png" });
    url = `photos/${hashed(id, await sha256Of(bytes), "png")}`;
    await write(url, bytes);
  } else {
    const bytes = await Deno.readFile(folder + file);
    url = `photos/${hashed(id, await sha256Of(bytes), file.split(".").at(-1)!)}`;
    await write(url, bytes);
  }
  const scale = THUMBNAIL_SIDE / Math.min(shown.width, shown.height);
  const small = middle(resizeBicubic(shown, Math.round(shown.width * scale), Math.round(shown.height * scale)));
  return { id, model, url, thumbnail: await addPicture(`${id}-small`, small, 32, write) };
}

/** The net of the first impression, and the part of the photo that it enlarges. */
const WELCOME = {
  model: "mambair_light_x4",
  photo: "chelsea.png",
  side: 113,
  crop: { x: 22, y: 14, width: 75, height: 50 },
};

/** A photo before and after, made by the page's own net. */
async function welcomePictures(root: string, write: WriteFile): Promise<Catalogue["welcome"]> {
  const { model, photo, side, crop } = WELCOME;
  const small = smaller(await readPhoto(`${root}examples/photos/${photo}`), side), { data } = small;
  const cut = { ...crop, channels: 3 as const, data: new Uint8Array(crop.width * crop.height * 3) };
  for (let row = 0; row < crop.height; row++) {
    const from = 3 * ((crop.y + row) * small.width + crop.x);
    cut.data.set(data.subarray(from, from + 3 * crop.width), 3 * row * crop.width);
  }
  await using device = await openDevice();
  const { data: restored, width, height, channels } = await restore(device, cut, {
    model: await Deno.readFile(`${root}weights/${model}/${model}.safetensors`),
  });
  const after = to8Bit({ data: restored, width, height, channels });
  return {
    before: await addPicture("before", cut, 80, write),
    after: await addPicture("after", after, 50, write),
  };
}

/** Released classifiers and their sizes. */
function offersOf(): CatalogueOffer[] {
  return RELEASED.filter(({ name }) => name in VIM_VARIANTS).map(({ name, url, megabytes, top1 = 0 }) => {
    const config = vimConfig(VIM_VARIANTS[name as VimVariant]);
    const halved = Math.round(2 * countParameters(vimWeights(config)) / 1e5) / 10;
    return { name, url, megabytes, halved, top1 };
  });
}

/** Copies all of them and says what there is. */
export async function copyContents(root: string, write: WriteFile): Promise<Catalogue> {
  const models: CatalogueModel[] = [], samples: CatalogueSample[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(`${root}weights`)) {
    if (!isDirectory) continue;
    models.push(await copyModel(name, await Deno.readFile(`${root}weights/${name}/${name}.safetensors`), write));
  }
  for (const sample of SAMPLES) samples.push(await copySample(sample, `${root}examples/photos/`, write));
  const rank = ({ task, scale }: CatalogueModel) =>
    ["upscale", "denoise", "dejpeg", "classify"].indexOf(task) + scale / 99;
  return {
    models: models.sort((a, b) => rank(a) - rank(b)),
    samples,
    offers: offersOf(),
    welcome: await welcomePictures(root, write),
  };
}
