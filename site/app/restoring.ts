/**
 * Restores photos: one, a part of one on trial, or all of them.
 *
 * @module
 */
import type { Region } from "../protocol.ts";
import { seenBy, TILE } from "../tiles.ts";
import { announce } from "./dom.ts";
import { call, EngineFailure } from "./engine.ts";
import { busy, cancel, holdClock, runJob, runStep, type Work, type WorkOptions } from "./jobs.ts";
import { modelName, taskText } from "./checkpoints.ts";
import { paint } from "./painter.ts";
import { isPainted, unpaint } from "./results.ts";
import {
  type BatchItem,
  type Choice,
  current,
  newNumber,
  type Photo,
  photoOf,
  type Result,
  update,
  updatePhoto,
} from "./store.ts";
import { TEXT } from "./strings.ts";

const paceKey = (model: string): string => {
  const { device } = current();
  return `${model}@${device?.name}×${device?.threads}`;
};

/** Milliseconds that the whole photo will take, from the speed that was measured here; undefined: not measured yet. */
export function expectedOf({ width, height }: Photo, { id }: Choice): number | undefined {
  const { paces, device } = current(), pace = paces[paceKey(id)];
  return pace && pace * seenBy(width, height, device?.kind === "webgpu" ? TILE.webgpu : TILE.other);
}

function keepPace(model: string, pace: number): void {
  update({ paces: { ...current().paces, [paceKey(model)]: pace } });
}

const tilesTo = (result: number, { signal, onEvent }: WorkOptions) => ({
  signal,
  onEvent(event: Parameters<NonNullable<WorkOptions["onEvent"]>>[0]) {
    if (event.type !== "tile") return onEvent?.(event);
    const { x, y, bitmap } = event;
    paint({ type: "tile", result, x, y, bitmap }, [bitmap]);
  },
});

/** Begins a picture in the painter, which shows as it comes. */
function beginDraft({ id, width, height, draft }: Photo, { scale }: Choice, trial: boolean): number {
  if (draft) unpaint(draft.id);
  const result = newNumber();
  isPainted(result);
  paint({ type: "begin", result, width: width * scale, height: height * scale });
  updatePhoto(id, { draft: { id: result, trial, scale } });
  return result;
}

function endDraft(photo: number, result: number): void {
  if (photoOf(photo)?.draft?.id === result) updatePhoto(photo, { draft: undefined });
}

async function restoreWhole(photo: Photo, choice: Choice, options: WorkOptions): Promise<Result> {
  const id = beginDraft(photo, choice, false);
  try {
    const report = await call("restore", { photo: photo.id, model: choice.id, result: id }, tilesTo(id, options));
    const { width, height, device, timings } = report, { task, scale } = choice;
    const made = { model: choice.id, made: modelName(choice), task, scale, device };
    const result: Result = { id, ...made, width, height, took: timings.run!, saved: false };
    keepPace(choice.id, report.pace);
    const now = photoOf(photo.id);
    if (!now) {
      await call("removeResult", { result: id });
      throw new DOMException("the photo was removed", "AbortError");
    }
    // The same model on the same device gives the same picture: the new one takes the place of the old.
    const old = now.results.find((other) => other.model === choice.id && other.device === device);
    if (old) {
      unpaint(old.id);
      call("removeResult", { result: old.id });
    }
    const results = [...now.results.filter((other) => other !== old), result];
    updatePhoto(photo.id, {
      results,
      shown: id,
      draft: undefined,
      ...(now.against === old?.id ? { against: undefined } : {}),
    });
    update({ timings });
    return result;
  } catch (error) {
    unpaint(id);
    endDraft(photo.id, id);
    throw error;
  }
}

const workOf = (photo: Photo, choice: Choice): Work => ({
  tool: "restore",
  photo: photo.id,
  what: taskText(choice),
  expected: expectedOf(photo, choice),
});

/** Restores one photo. */
export function restorePhoto(photo: Photo, choice: Choice): Promise<boolean> {
  return runJob(workOf(photo, choice), (options) => restoreWhole(photo, choice, options).then(() => undefined));
}

/** Restores the part of a photo that is in sight, in seconds, and measures how long the whole will take. */
export function previewPhoto(photo: Photo, choice: Choice, region: Region): Promise<boolean> {
  return runJob({ tool: "restore", photo: photo.id, what: TEXT.preview }, async (options) => {
    const id = beginDraft(photo, choice, true);
    try {
      const { pace } = await call("preview", { photo: photo.id, model: choice.id, region }, tilesTo(id, options));
      keepPace(choice.id, pace);
    } catch (error) {
      unpaint(id);
      endDraft(photo.id, id);
      throw error;
    }
  });
}

function setItem(at: number, change: Partial<BatchItem>): void {
  const { batch } = current();
  if (batch) {
    update({ batch: { ...batch, items: batch.items.map((item, i) => i === at ? { ...item, ...change } : item) } });
  }
}

/** Holds a batch up after the part it is at, or lets it go on. */
export function pauseBatch(paused: boolean): void {
  const { batch } = current();
  if (!batch) return;
  update({ batch: { ...batch, paused } });
  holdClock(paused);
  call("pause", { paused });
}

let stopped = false;

/** Ends a batch; what is done stays. */
export function stopBatch(): void {
  stopped = true;
  pauseBatch(false);
  cancel();
}

/** Restores photos one after the other; a failure of one does not stop the others. */
export async function restoreAll(photos: readonly Photo[], choice: Choice): Promise<void> {
  if (busy() || current().batch?.running) return;
  stopped = false;
  const items = photos.map(({ id, name }): BatchItem => {
    return { photo: id, name, outcome: "waiting", result: undefined, detail: undefined };
  });
  update({ batch: { items, paused: false, running: true } });
  for (const [i, { photo: id }] of items.entries()) {
    const photo = photoOf(id);
    if (stopped || !photo) {
      setItem(i, { outcome: stopped ? "stopped" : "removed" });
      continue;
    }
    setItem(i, { outcome: "running" });
    update({ current: id });
    try {
      const result = await runStep(workOf(photo, choice), (options) => restoreWhole(photo, choice, options));
      setItem(i, { outcome: "done", result: result.id });
    } catch (error) {
      if (error instanceof EngineFailure) setItem(i, { outcome: "failed", detail: TEXT.failures[error.kind] });
      else setItem(i, { outcome: photoOf(id) ? "stopped" : "removed" });
    }
  }
  const { batch } = current();
  if (batch) update({ batch: { ...batch, running: false, paused: false } });
  announce(
    TEXT.batchDone(current().batch?.items.filter(({ outcome }) => outcome === "done").length ?? 0, items.length),
  );
}
