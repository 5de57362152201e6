/**
 * Works without a network: the service worker keeps the page, the engine keeps the models.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { announce, byId } from "./dom.ts";
import { call } from "./engine.ts";
import { say, sayFailure } from "./messages.ts";
import { current, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const button = byId<HTMLButtonElement>("keep");
const note = byId("offline-note");
const total = CATALOGUE.models.reduce((sum, { bytes }) => sum + bytes, 0);

/** Asks the service worker for something. */
async function tell(message: "keep-all" | "take-over"): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  (message === "take-over" ? registration.waiting : registration.active)?.postMessage(message);
}

async function register(): Promise<void> {
  const registration = await navigator.serviceWorker.register("service_worker.js");
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    say("notice", TEXT.offline.update, [{ text: TEXT.offline.reload, go: () => tell("take-over") }]);
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
  let reloading = navigator.serviceWorker.controller === null; // the first one takes over without a reload
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!reloading) location.reload();
    reloading = false;
  });
  await navigator.serviceWorker.ready;
  note.textContent = TEXT.offline.ready;
  if (!crossOriginIsolated && registration.active) isolate();
}

/**
 * A host that cannot send headers is made up for by the service worker, from the next load on: with them the models run on all
 * cores. The page loads once more unless something is open.
 */
function isolate(): void {
  if (current().photos.length > 0 || current().job || sessionStorage.getItem("isolated")) return;
  sessionStorage.setItem("isolated", "tried");
  location.reload();
}

/** Milliseconds after which a visit is more than a first look. */
const STAYING = 15_000;

/** The whole program is kept once somebody uses it or stays, so that a first look costs little. */
function keepProgramWhenUsed(): void {
  let asked = false;
  const ask = () => {
    if (!asked) tell("keep-all");
    asked = true;
  };
  watch(({ photos }) => {
    if (photos.length > 0) ask();
  });
  setTimeout(ask, STAYING);
}

async function keepModels(): Promise<void> {
  button.disabled = true;
  try {
    await tell("keep-all");
    await call("keepModels", {}, {
      onEvent(event) {
        if (event.type === "progress") note.textContent = TEXT.percent(event.fraction ?? 0);
        else if (event.type === "notice") say("notice", TEXT.storageFull);
      },
    });
    note.textContent = TEXT.offline.kept(total);
    announce(note.textContent);
  } catch (error) {
    note.textContent = "";
    sayFailure(error);
  } finally {
    button.disabled = current().job !== undefined;
  }
}

/** Starts all of it, after the page is there. */
export function startOffline(): void {
  button.textContent = TEXT.offline.keep(total);
  button.addEventListener("click", keepModels);
  addEventListener("offline", () => say("notice", TEXT.offline.gone));
  if (!("serviceWorker" in navigator)) {
    note.textContent = TEXT.offline.unsupported;
    button.hidden = true;
    return;
  }
  register().then(keepProgramWhenUsed).catch(() => void (note.textContent = TEXT.offline.unsupported));
}
