/**
 * Photos come in, are shown in a list, and go.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { announce } from "./dom.ts";
import { call, EngineFailure } from "./engine.ts";
import { addCheckpoint } from "./checkpoints.ts";
import { sayFailure } from "./messages.ts";
import { paint } from "./painter.ts";
import { current, type Photo, update } from "./store.ts";
import { TEXT } from "./strings.ts";

let count = 0;

/** Takes a photo in and shows it. */
export async function addPhoto(blob: Blob, name: string, sample?: string): Promise<void> {
  const id = ++count;
  announce(TEXT.opening(name));
  try {
    const { preview, thumbnail, width, height, decoder, milliseconds } = await call("addPhoto", { photo: id, blob });
    paint({ type: "photo", photo: id, width, height, preview }, [preview]);
    const photo: Photo = {
      ...{ id, name, sample, width, height, decoder, thumbnail },
      ...{ restored: undefined, classified: undefined, occluded: undefined, inside: undefined },
    };
    update({ photos: [...current().photos, photo], current: id, timings: { decode: milliseconds } });
    announce(TEXT.photoAdded(name, width, height));
  } catch (error) {
    sayFailure(error, [], name);
  }
}

/** Lets a photo go. */
export function removePhoto(id: number): void {
  const { photos, current: shown } = current();
  const at = photos.findIndex((photo) => photo.id === id), left = photos.filter((photo) => photo.id !== id);
  const photo = photos[at];
  if (!photo) return;
  update({ photos: left, current: shown === id ? left[Math.min(at, left.length - 1)]?.id : shown });
  paint({ type: "forget", photo: id });
  photo.thumbnail.close();
  call("removePhoto", { photo: id });
}

const MODEL_NAME = /\.(pth|pt|ckpt|bin|safetensors)$/i;

/** Files as they come: photos and checkpoints, told apart by their names, else by their first bytes. */
export async function addFiles(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    if (MODEL_NAME.test(file.name) || await startsAsCheckpoint(file)) await addCheckpoint(file);
    else await addPhoto(file, file.name);
  }
}

/** A zip or the length and brace of a safetensors header. */
async function startsAsCheckpoint(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 9).arrayBuffer());
  return (head[0] === 0x50 && head[1] === 0x4b) || (head[7] === 0 && head[8] === 0x7b);
}

/** Opens one of the sample photos. */
export async function addSample(id: string): Promise<void> {
  const sample = CATALOGUE.samples.find((sample) => sample.id === id);
  if (!sample) return;
  try {
    const response = await fetch(sample.url);
    if (!response.ok) throw new Error(`${sample.url}: ${response.status}`);
    await addPhoto(await response.blob(), id, id);
  } catch (error) {
    sayFailure(new EngineFailure("offline", String(error)));
  }
}
