/**
 * The results of a photo, named by what made them: which one is shown, what it is compared with, how it is saved.
 *
 * @module
 */
import type { SaveFormat, SaveOptions } from "../protocol.ts";
import { duration } from "./amounts.ts";
import { announce, byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { fileName, removeResult, resultText, shownResult, showResult } from "./results.ts";
import { current, currentPhoto, type Photo, type Result, type State, update, updatePhoto, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const list = byId("results"), against = byId<HTMLSelectElement>("against");
const format = byId<HTMLSelectElement>("save-format"), quality = byId<HTMLInputElement>("save-quality");
const metadata = byId<HTMLInputElement>("save-metadata"), button = byId<HTMLButtonElement>("save");
/** Milliseconds after which the browser has taken the file. */
const TAKEN = 60_000;
const KEY = "save";

/** Format and quality as they are chosen. */
export const saveOptions = (): SaveOptions => ({
  format: format.value as SaveFormat,
  quality: Number(quality.value),
  metadata: metadata.checked,
});

/** The ending of the chosen format. */
export const extension = (): string => format.value === "jpeg" ? "jpg" : format.value;

/** Hands a file to the person. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN);
  announce(TEXT.saved(name, blob.size));
}

/** Notes that results were downloaded. */
export function markSaved(saved: ReadonlySet<number>): void {
  update({
    photos: current().photos.map((photo) => {
      if (!photo.results.some(({ id }) => saved.has(id))) return photo;
      return { ...photo, results: photo.results.map((one) => saved.has(one.id) ? { ...one, saved: true } : one) };
    }),
  });
}

async function save(): Promise<void> {
  const photo = currentPhoto(), result = shownResult(photo);
  if (!photo || !result) return;
  const started = performance.now();
  button.disabled = true;
  setText(button, TEXT.saving);
  try {
    const blob = await call("encode", { photo: photo.id, result: result.id, ...saveOptions() });
    update({ timings: { ...current().timings, encode: performance.now() - started } });
    download(blob, fileName(photo, result, extension()));
    markSaved(new Set([result.id]));
  } catch (error) {
    sayFailure(error);
  } finally {
    button.disabled = false;
    setText(button, button.dataset.text!);
  }
}

/** Lets a result be dragged out of the page as a file; it is encoded when the pointer comes near. */
function makeDraggable(item: HTMLElement, photo: Photo, result: Result): void {
  let url: string | undefined, asked = false;
  item.draggable = true;
  item.addEventListener("pointerenter", async () => {
    if (asked) return;
    asked = true;
    url = await call("encode", { photo: photo.id, result: result.id, ...saveOptions() }).then(
      URL.createObjectURL,
      () => undefined,
    );
  });
  item.addEventListener("dragstart", (event) => {
    if (!url) return event.preventDefault();
    const type = `image/${format.value}`, name = fileName(photo, result, extension());
    event.dataTransfer!.setData("DownloadURL", `${type}:${name}:${url}`);
    event.dataTransfer!.setData("text/uri-list", url);
    markSaved(new Set([result.id]));
  });
}

function itemOf(photo: Photo, result: Result): HTMLElement {
  const words = resultText(photo, result);
  const facts = TEXT.resultFacts(result.width, result.height, duration(result.took), result.device);
  const show = make(
    "button",
    { type: "button", class: "show-result", "aria-pressed": String(photo.shown === result.id) },
    make("span", {}, words),
    make("small", {}, result.saved ? `${facts} · ${TEXT.isSaved}` : facts),
  );
  show.addEventListener(
    "click",
    () => showResult(photo.id, photo.shown === result.id ? undefined : result.id, "shown"),
  );
  const remove = make("button", { type: "button", class: "quiet", "aria-label": TEXT.remove(words) }, "×");
  remove.addEventListener("click", () => {
    const now = currentPhoto();
    if (!now) return;
    removeResult(now, result.id);
    (list.querySelector<HTMLElement>("button") ?? byId("restore-run")).focus();
  });
  const item = make("li", { "data-result": result.id }, show, remove);
  makeDraggable(item, photo, result);
  return item;
}

function showList(photo: Photo | undefined): void {
  const had = document.activeElement?.closest<HTMLElement>("#results li")?.dataset.result;
  list.replaceChildren(...(photo?.results ?? []).map((result) => itemOf(photo!, result)));
  if (had) list.querySelector<HTMLElement>(`[data-result="${had}"] .show-result`)?.focus();
  const others = photo?.results.filter(({ id }) => id !== photo.shown) ?? [];
  against.replaceChildren(
    make("option", { value: "" }, TEXT.thePhoto),
    ...others.map((result) => make("option", { value: result.id }, resultText(photo!, result))),
  );
  against.value = String(photo?.against ?? "");
  byId("against-field").hidden = others.length === 0 || photo?.shown === undefined;
  byId("results-box").hidden = !photo || photo.results.length === 0;
}

function showSave(): void {
  byId("save-quality-field").hidden = format.value === "png";
  byId("save-quality-value").textContent = quality.value;
  try {
    localStorage.setItem(KEY, JSON.stringify(saveOptions()));
  } catch {
    // They hold until the page is closed.
  }
}

function readSave(): void {
  try {
    const { format: wanted, quality: level, metadata: keeps } = JSON.parse(localStorage.getItem(KEY)!) as SaveOptions;
    if (["png", "jpeg", "webp"].includes(wanted)) format.value = wanted;
    metadata.checked = keeps !== false;
    if (level >= 1 && level <= 100) quality.value = String(level);
  } catch {
    // None were kept.
  }
}

/** Starts the list and the download. */
export function startResults(): void {
  button.dataset.text = button.textContent!;
  button.addEventListener("click", save);
  readSave();
  format.addEventListener("change", showSave);
  quality.addEventListener("input", showSave);
  metadata.addEventListener("change", showSave);
  showSave();
  against.addEventListener("change", () => {
    const photo = currentPhoto();
    if (photo) showResult(photo.id, against.value === "" ? undefined : Number(against.value), "against");
  });
  let shown: Pick<Photo, "results" | "shown" | "against"> | undefined;
  watch((_: State) => {
    const photo = currentPhoto();
    if (photo?.results !== shown?.results || photo?.shown !== shown?.shown || photo?.against !== shown?.against) {
      shown = photo;
      showList(photo);
    }
    const result = shownResult(photo);
    byId("save-box").hidden = !result;
    setText(byId("restore-result"), result ? TEXT.restored(result.width, result.height, result.device) : "");
    if (photo?.shown !== undefined && photo.against === photo.shown) updatePhoto(photo.id, { against: undefined });
  });
}
