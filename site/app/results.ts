/**
 * Results in the painter: a few are there at a time, others are fetched from the engine when they are shown.
 *
 * @module
 */
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { paint } from "./painter.ts";
import { current, type Photo, photoOf, type Result, updatePhoto } from "./store.ts";
import { TEXT } from "./strings.ts";

/** Results in the painter, the one used last at the end. */
const painted: number[] = [];
/** As many as can be compared, and one that is coming. */
const MOST = 4;

/** Notes that the painter has a result, and lets those go that were not used for long. */
export function isPainted(result: number): void {
  const at = painted.indexOf(result);
  if (at >= 0) painted.splice(at, 1);
  painted.push(result);
  while (painted.length > MOST) paint({ type: "drop", result: painted.shift()! });
}

/** Takes a result out of the painter. */
export function unpaint(result: number): void {
  const at = painted.indexOf(result);
  if (at >= 0) painted.splice(at, 1);
  paint({ type: "drop", result });
}

/** Makes sure that the painter has a result. */
async function ensure(photo: number, { id, width, height }: Result): Promise<void> {
  if (painted.includes(id)) return isPainted(id);
  isPainted(id);
  paint({ type: "begin", result: id, width, height });
  try {
    await call("show", { photo, result: id }, {
      onEvent(event) {
        if (event.type !== "tile") return;
        const { x, y, bitmap } = event;
        paint({ type: "tile", result: id, x, y, bitmap }, [bitmap]);
      },
    });
  } catch (error) {
    unpaint(id);
    throw error;
  }
}

/** Shows a result of a photo, or as what another one is compared with. */
export async function showResult(photo: number, result: number | undefined, side: "shown" | "against"): Promise<void> {
  const found = photoOf(photo)?.results.find(({ id }) => id === result);
  try {
    if (found) await ensure(photo, found);
    updatePhoto(photo, side === "shown" ? { shown: found?.id } : { against: found?.id });
  } catch (error) {
    sayFailure(error);
  }
}

/** Lets a result go. */
export function removeResult(photo: Photo, result: number): void {
  const left = photo.results.filter(({ id }) => id !== result), next = left.at(-1)?.id;
  unpaint(result);
  updatePhoto(photo.id, {
    results: left,
    shown: photo.shown === result ? undefined : photo.shown,
    against: photo.against === result ? undefined : photo.against,
  });
  call("removeResult", { result }).catch(sayFailure);
  if (photo.shown === result && next !== undefined) showResult(photo.id, next, "shown");
}

/** What is shown on the right of the boundary. The other tools are about the photo, and show nothing else. */
export const afterOf = (photo: Photo | undefined): number | undefined =>
  current().tool === "restore" ? photo?.draft?.id ?? photo?.shown : undefined;

/** The result that is shown. */
export const shownResult = (photo: Photo | undefined): Result | undefined =>
  photo?.results.find(({ id }) => id === photo.shown);

/** How much larger what is shown is than the photo. */
export const shownScale = (photo: Photo | undefined): number =>
  afterOf(photo) === undefined ? 1 : photo?.draft?.scale ?? shownResult(photo)?.scale ?? 1;

const stem = (name: string): string => name.replace(/\.\w+$/, "");

/** A result in words: photo, operation, model. */
export const resultText = (photo: Photo, { task, scale, made }: Result): string =>
  [stem(photo.name), task === "upscale" ? `×${scale}` : TEXT.outcomes[task], made].join(" · ");

/** What some system has no file names with, or what turns a name around. */
const UNSAFE = /[\\/:*?"<>|\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** What a result's file is called: `cat-x4.png`. */
export function fileName(photo: Photo, { task, scale }: Result, extension: string): string {
  return `${stem(photo.name).replace(UNSAFE, "_")}-${
    task === "upscale" ? `x${scale}` : TEXT.suffixes[task]
  }.${extension}`;
}

/** Results that were not downloaded yet. */
export const unsaved = (): boolean => current().photos.some(({ results }) => results.some(({ saved }) => !saved));
