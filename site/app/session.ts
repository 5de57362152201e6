/**
 * What survives a reload: photos, results, answers, dropped models. The files are the engine's; this is the list of them.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { takeModel } from "./checkpoints.ts";
import { byId, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { newPhoto, removePhoto } from "./photos.ts";
import { showResult, unsaved } from "./results.ts";
import { type Answer, current, type Photo, type State, takeNumbers, type Tool, update, watch } from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";

/** A photo as it is written down. */
type KeptPhoto = Pick<Photo, "id" | "name" | "sample" | "results" | "shown"> & {
  readonly answers: readonly Omit<Answer, "occluded">[];
};

/** A visit as it is written down. */
interface Session {
  readonly files: readonly string[];
  readonly photos: readonly KeptPhoto[];
  readonly current: number | undefined;
  readonly models: readonly { readonly id: string; readonly file: string }[];
  readonly chosen: State["chosen"];
  readonly tool: Tool;
}

/** Says that there is something to go on with; asked before the engine is. */
const MARK = "session";
/** The tab that keeps what is open holds it, and a reload lets it go; milliseconds that this takes at most. */
const TAB = "sidewinder-tab", LEAVING = 2000;
/** Whether another tab has the session. */
let elsewhere = false;

/** Looks whether another tab is open, which keeps what is open there; this one then keeps nothing. */
async function lookForTabs(): Promise<void> {
  const { locks } = navigator;
  if (!locks) return; // nothing can be kept
  await new Promise<void>((resolve, reject) => {
    locks.request(TAB, { signal: AbortSignal.timeout(LEAVING) }, () => {
      resolve();
      return new Promise(() => {}); // as long as the tab
    }).catch(reject);
  }).catch(() => {
    elsewhere = true;
    setText(byId("kept-hint"), TEXT.notKept);
    return call("leaveSession", {});
  });
}

/** Milliseconds after a change within which the state is written down. */
const REST = 300;

function mark(there: boolean): void {
  try {
    if (there) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
  } catch {
    // Storage is blocked: nothing survives.
  }
}

function marked(): boolean {
  try {
    return localStorage.getItem(MARK) !== null;
  } catch {
    return false;
  }
}

function sessionOf({ photos, current, models, chosen, tool }: State): Session {
  const kept = photos.map(({ id, name, sample, results, shown, answers }): KeptPhoto => {
    return {
      id,
      name,
      sample,
      results,
      shown,
      answers: answers.map(({ model, device, report }) => ({ model, device, report })),
    };
  });
  const dropped = models.flatMap(({ id, file }) => file === undefined ? [] : [{ id, file }]);
  const files = [
    ...kept.flatMap(({ id, results }) => [`photo-${id}`, ...results.map(({ id }) => `result-${id}`)]),
    ...dropped.map(({ id }) => `model-${encodeURIComponent(id)}`),
  ];
  return { files, photos: kept, current, models: dropped, chosen, tool };
}

async function restoreModels({ models, chosen, tool }: Session): Promise<void> {
  for (const { id, file } of models) {
    try {
      const card = await call("inspect", { blobs: [], name: file, id });
      update({ cards: [...current().cards, card] });
      if (card.model) takeModel(card.model, file);
    } catch {
      // Too large to be kept, or gone: it can be dropped again.
    }
  }
  const there = new Set([...CATALOGUE.models, ...current().models].map(({ id }) => id));
  const known = Object.fromEntries(Object.entries(chosen).filter(([, id]) => there.has(id)));
  update({ chosen: { ...current().chosen, ...known }, tool });
}

async function restorePhotos({ photos, current: shown }: Session): Promise<void> {
  for (const kept of photos) {
    const { id, name, sample, results, answers } = kept;
    try {
      const report = await call("addPhoto", { photo: id, blob: undefined });
      const photo: Photo = {
        ...newPhoto(id, name, sample, report),
        results,
        answers: answers.map((answer) => ({ ...answer, occluded: undefined })),
      };
      update({ photos: [...current().photos, photo], current: id });
      if (kept.shown !== undefined) await showResult(id, kept.shown, "shown");
    } catch (error) {
      sayFailure(error, [], name);
    }
  }
  if (current().photos.some(({ id }) => id === shown)) update({ current: shown });
}

/** Goes on where the last visit ended; false where there is nothing to go on with. */
export async function continueSession(): Promise<boolean> {
  lookForTabs();
  if (!marked()) return false;
  const text = await call("session", {});
  if (text === undefined) return false; // another tab has it
  const session = JSON.parse(text) as Session;
  takeNumbers(Math.max(0, ...session.photos.flatMap(({ id, results }) => [id, ...results.map(({ id }) => id)])));
  takeNumbers(Math.max(0, ...session.models.map(({ id }) => Number(id.split(":")[1]) || 0)));
  await restoreModels(session);
  await restorePhotos(session);
  return true;
}

/** Lets everything go that is kept of this visit. */
async function forgetAll(): Promise<void> {
  for (const { id } of current().photos) removePhoto(id);
  await call("forgetSession", {}).catch(sayFailure);
  if (!elsewhere) mark(false);
  byId("drop-title").focus();
}

/** Keeps every state from now on, and asks before unsaved results are left. */
export function startSession(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const session = sessionOf(current()), empty = session.photos.length === 0 && session.models.length === 0;
    if (!elsewhere) mark(!empty);
    const kept = await call("keepSession", { text: JSON.stringify(session) }).catch(() => false);
    setText(byId("kept-hint"), kept ? PAGE.keptHint : TEXT.notKept);
  };
  watch((state, before) => {
    const same = (["photos", "current", "models", "chosen", "tool"] as const).every((key) =>
      state[key] === before[key]
    );
    if (same || (state.photos.length === 0 && before.photos.length === 0 && state.models === before.models)) return;
    timer ??= setTimeout(write, REST);
  });
  addEventListener("beforeunload", (event) => {
    if (timer !== undefined) write(); // there is time for it while the person is asked
    if (unsaved()) event.preventDefault();
  });
  byId("forget").addEventListener("click", forgetAll);
  watch(() => setText(byId("forget-hint"), unsaved() ? TEXT.unsavedHint : ""));
}
