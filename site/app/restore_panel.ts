/**
 * Upscale, denoise, remove JPEG artefacts: what to do, with which net, how long it takes.
 *
 * @module
 */
import { byId, make, setText } from "./dom.ts";
import { startJobView } from "./job_view.ts";
import { taskText } from "./checkpoints.ts";
import { expectedOf, previewPhoto, restoreAll, restorePhoto } from "./restoring.ts";
import { type Choice, current, currentPhoto, type State, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";
import { visibleRegion } from "./viewer.ts";

const choices = byId("restore-choices");
/** Above that many pixels a photo takes minutes on most machines. */
const LARGE = 1.5e6;

const chosenModel = ({ models, chosen }: State): Choice => models.find(({ id }) => id === chosen.restore)!;

/** Where several nets do the same, the smallest is the fast one and the largest the best one. */
function rankText(model: Choice, all: readonly Choice[]): string | undefined {
  const same = all.filter(({ task, scale }) => task === model.task && scale === model.scale);
  if (same.length < 2 || same.some(({ parameters }) => parameters === undefined)) return undefined;
  const sorted = same.toSorted((a, b) => a.parameters! - b.parameters!);
  if (sorted[0]!.parameters === sorted.at(-1)!.parameters) return undefined;
  return model === sorted[0] ? TEXT.fast : model === sorted.at(-1) ? TEXT.best : undefined;
}

function choiceOf(model: Choice, all: readonly Choice[]): HTMLElement {
  const radio = make("input", { type: "radio", name: "restore-model", value: model.id });
  radio.addEventListener("change", () => update({ chosen: { ...current().chosen, restore: model.id } }));
  const rank = rankText(model, all);
  return make(
    "label",
    { class: "chip" },
    radio,
    make("span", {}, taskText(model), ...(rank ? [make("small", {}, rank)] : [])),
  );
}

/** The greyed-out task that becomes one when a checkpoint for it is dropped. */
function missingDejpeg(): HTMLElement {
  const radio = make("input", {
    type: "radio",
    name: "restore-model",
    disabled: true,
    "aria-describedby": "dejpeg-hint",
  });
  return make("label", { class: "chip" }, radio, make("span", {}, TEXT.tasks.dejpeg));
}

function showChoices({ models, chosen }: State): void {
  const own = models.filter(({ task }) => task !== "classify"), dejpeg = own.some(({ task }) => task === "dejpeg");
  choices.replaceChildren(...own.map((model) => choiceOf(model, own)), ...(dejpeg ? [] : [missingDejpeg()]));
  byId("dejpeg-hint").textContent = dejpeg ? "" : TEXT.dejpegHint;
  for (const radio of choices.querySelectorAll("input")) radio.checked = radio.value === chosen.restore;
}

/** How long the whole photo takes, or how to find that out. */
function showEstimate(state: State): void {
  const photo = currentPhoto(), choice = chosenModel(state), { device } = state;
  if (!photo || !device) return setText(byId("restore-hint"), "");
  const expected = expectedOf(photo, choice), pixels = photo.width * photo.height;
  const on = device.kind === "webgpu" ? TEXT.onGraphics : TEXT.onCores(device.threads);
  const slow = pixels > LARGE && device.kind !== "webgpu" ? TEXT.largePhoto((pixels / 1e6).toFixed(1)) : "";
  setText(byId("restore-hint"), expected === undefined ? slow : TEXT.wholeTakes(expected, on));
}

/** Starts the tool. */
export function startRestore(): void {
  startJobView("restore", () => {
    const photo = currentPhoto();
    if (photo) restorePhoto(photo, chosenModel(current()));
  });
  const all = byId<HTMLButtonElement>("restore-all"), preview = byId<HTMLButtonElement>("restore-preview");
  all.addEventListener("click", () => restoreAll(current().photos, chosenModel(current())));
  preview.addEventListener("click", () => {
    const photo = currentPhoto();
    if (photo) previewPhoto(photo, chosenModel(current()), visibleRegion(photo));
  });
  watch((state, before) => {
    if (state === before || state.models !== before.models) showChoices(state);
    for (const radio of choices.querySelectorAll("input")) radio.checked = radio.value === state.chosen.restore;
    const working = state.job !== undefined || state.batch?.running === true;
    all.hidden = state.photos.length < 2 || working;
    preview.disabled = working || state.device === undefined;
    const limits = TEXT.limits[chosenModel(state).id];
    setText(byId("restore-limits"), limits ?? "");
    showEstimate(state);
  });
}
