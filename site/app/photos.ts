/**
 * Photos come in, are shown in a list, and go.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import type { PhotoReport } from "../protocol.ts";
import { announce } from "./dom.ts";
import { call, EngineFailure } from "./engine.ts";
import { addCheckpoint } from "./checkpoints.ts";
import { cancelFor } from "./jobs.ts";
import { type Failed, sayFailure, sayFailures, saying } from "./messages.ts";
import { paint } from "./painter.ts";
import { unpaint } from "./results.ts";
import { current, newNumber, type Photo, photoOf, update } from "./store.ts";
import { TEXT } from "./strings.ts";

/** A photo as it is when it has just come in. */
export function newPhoto(id: number, name: string, sample: string | undefined, report: PhotoReport): Photo {
  const { preview, thumbnail, width, height, alpha, decoder } = report;
  paint({ type: "photo", photo: id, width, height, preview, alpha }, [preview]);
  return {
    ...{ id, name, sample, width, height, alpha, decoder, thumbnail },
    ...{ results: [], shown: undefined, against: undefined, draft: undefined, answers: [], insides: [] },
  };
}

/**
 * Takes a photo in and shows it.
 *
 * @throws {EngineFailure} When it cannot be read.
 */
async function takePhoto(blob: Blob, name: string, sample?: string): Promise<void> {
  const id = newNumber();
  announce(TEXT.opening(name));
  const report = await saying(TEXT.opening(name), call("addPhoto", { photo: id, blob }));
  const photo = newPhoto(id, name, sample, report);
  update({ photos: [...current().photos, photo], current: id, timings: { decode: report.milliseconds } });
  announce(TEXT.photoAdded(name, photo.width, photo.height));
}

/** Takes a photo in, or says why not. */
export async function addPhoto(blob: Blob, name: string, sample?: string): Promise<void> {
  try {
    await takePhoto(blob, name, sample);
  } catch (error) {
    sayFailure(error, [], name);
  }
}

/** Lets a photo go, and the work for it. */
export function removePhoto(id: number): void {
  const { photos, current: shown } = current(), photo = photoOf(id);
  if (!photo) return;
  const at = photos.indexOf(photo), left = photos.filter((other) => other !== photo);
  update({ photos: left, current: shown === id ? left[Math.min(at, left.length - 1)]?.id : shown });
  cancelFor(id);
  paint({ type: "forget", photo: id });
  photo.thumbnail.close();
  for (const { report } of photo.insides) report.picture.close();
  for (const { id } of photo.results) {
    unpaint(id);
    call("removeResult", { result: id });
  }
  call("removePhoto", { photo: id });
}

const MODEL_NAME = /\.(pth|pt|ckpt|bin|safetensors)$/i, INDEX_NAME = /\.safetensors\.index\.json$|\.index\.json$/i;
/** Parts of a checkpoint, as they are named: `model-00001-of-00003.safetensors`. */
const PART_NAME = /-\d{5}-of-\d{5}\.safetensors$/i;

/** Files as they come: photos and checkpoints, told apart by their names, else by their first bytes. All get an answer. */
export async function addFiles(files: Iterable<File>): Promise<void> {
  const all = [...files], failed: Failed[] = [];
  const attempt = async (name: string, body: () => Promise<void>) => {
    try {
      await body();
    } catch (error) {
      failed.push({ name, error });
    }
  };
  const index = all.find(({ name }) => INDEX_NAME.test(name));
  const parts = index ? all.filter(({ name }) => PART_NAME.test(name)) : [];
  if (index) await attempt(index.name, () => addCheckpoint([index, ...parts]));
  for (const file of all) {
    if (file === index || parts.includes(file)) continue;
    const isModel = MODEL_NAME.test(file.name) || await startsAsCheckpoint(file);
    await attempt(file.name, () => isModel ? addCheckpoint([file]) : takePhoto(file, file.name));
  }
  sayFailures(failed);
}

/** A zip or the length and brace of a safetensors header. */
async function startsAsCheckpoint(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 9).arrayBuffer().catch(() => new ArrayBuffer(0)));
  return (head[0] === 0x50 && head[1] === 0x4b) || (head[7] === 0 && head[8] === 0x7b);
}

/** Opens one of the sample photos, with the model that it shows. */
export async function addSample(id: string, choose = false): Promise<void> {
  const sample = CATALOGUE.samples.find((sample) => sample.id === id);
  if (!sample) return;
  try {
    const response = await fetch(sample.url);
    if (!response.ok) throw new Error(`${sample.url}: ${response.status}`);
    const blob = await response.blob();
    if (choose) {
      const model = CATALOGUE.models.find((model) => model.id === sample.model)!;
      const tool = model.task === "classify" ? "classify" : "restore", { chosen } = current();
      update({ tool, chosen: { ...chosen, [tool]: model.id } });
    }
    await addPhoto(blob, `${id}.${sample.url.split(".").at(-1)}`, id);
  } catch (error) {
    sayFailure(new EngineFailure("part-missing", String(error)));
  }
}
