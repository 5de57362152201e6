/**
 * The models and sample photos of the page, copied under names that change with their content.
 *
 * @module
 */
import type { Catalogue, CatalogueModel, CatalogueSample } from "../../site/catalogue.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { overWhite, toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { resizeBicubic } from "../../src/image/resize.ts";
import { detectModel } from "../../src/load_model.ts";

/** Writes a file of the page, by its path from the page. */
export type WriteFile = (path: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

const THUMBNAIL_SIDE = 128;

/** SHA-256 in hex. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

const hashed = (name: string, hash: string, extension: string): string => `${name}-${hash.slice(0, 8)}.${extension}`;

async function copyModel(id: string, bytes: Uint8Array<ArrayBuffer>, write: WriteFile): Promise<CatalogueModel> {
  const checkpoint = await openCheckpoint(bytes);
  const { detected: { task, gives } } = await detectModel(checkpoint);
  const scale = gives.kind === "image" ? gives.scale : 1;
  const sha256 = await sha256Of(bytes), url = `models/${hashed(id, sha256, "safetensors")}`;
  await write(url, bytes);
  const does = task === "classify" ? "classify" : scale > 1 ? "upscale" : "denoise";
  return { id, url, bytes: bytes.length, sha256, task: does, scale };
}

async function copySample(file: string, bytes: Uint8Array<ArrayBuffer>, write: WriteFile): Promise<CatalogueSample> {
  const [, id, extension] = /^(.*)\.(\w+)$/.exec(file)!;
  const url = `photos/${hashed(id!, await sha256Of(bytes), extension!)}`;
  await write(url, bytes);
  const pixels = toChannels(overWhite(await decodeImage(bytes)), 3), { width, height } = pixels;
  const scale = THUMBNAIL_SIDE / Math.min(width, height);
  const small = resizeBicubic(pixels, Math.round(width * scale), Math.round(height * scale));
  const picture = await encodeImage(small, { type: "webp", quality: 60 });
  const thumbnail = `photos/${hashed(`${id}-small`, await sha256Of(picture), "webp")}`;
  await write(thumbnail, picture);
  return { id: id!, url, thumbnail };
}

/** Copies all of them and says what there is. */
export async function copyContents(root: string, write: WriteFile): Promise<Catalogue> {
  const models: CatalogueModel[] = [], samples: CatalogueSample[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(`${root}weights`)) {
    if (!isDirectory) continue;
    models.push(await copyModel(name, await Deno.readFile(`${root}weights/${name}/${name}.safetensors`), write));
  }
  for (const { name } of Deno.readDirSync(`${root}examples/photos`)) {
    if (!/\.(png|jpe?g|webp)$/.test(name)) continue;
    samples.push(await copySample(name, await Deno.readFile(`${root}examples/photos/${name}`), write));
  }
  const rank = ({ task, scale }: CatalogueModel) =>
    ["upscale", "denoise", "dejpeg", "classify"].indexOf(task) + scale / 99;
  return {
    models: models.sort((a, b) => rank(a) - rank(b)),
    samples: samples.sort((a, b) => a.id < b.id ? -1 : 1),
  };
}
