/**
 * The restored photo as a file.
 *
 * @module
 */
import type { SaveFormat } from "../protocol.ts";
import { announce, byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { current, currentPhoto, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const format = byId<HTMLSelectElement>("save-format");
const quality = byId<HTMLInputElement>("save-quality");
const button = byId<HTMLButtonElement>("save");
/** Milliseconds after which the browser has taken the file. */
const TAKEN = 60_000;

async function save(): Promise<void> {
  const photo = currentPhoto();
  if (!photo?.restored?.report) return;
  const type = format.value as SaveFormat, started = performance.now();
  button.disabled = true;
  button.textContent = TEXT.saving;
  try {
    const blob = await call("encode", { photo: photo.id, format: type, quality: Number(quality.value) });
    update({ timings: { ...current().timings, encode: performance.now() - started } });
    const name = `${photo.name.replace(/\.\w+$/, "")}-restored.${type === "jpeg" ? "jpg" : type}`;
    const url = URL.createObjectURL(blob);
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), TAKEN);
    announce(TEXT.saved(name, blob.size));
  } catch (error) {
    sayFailure(error);
  } finally {
    button.disabled = false;
    button.textContent = button.dataset.text!;
  }
}

/** Starts the download. */
export function startSave(): void {
  button.dataset.text = button.textContent!;
  button.addEventListener("click", save);
  const showQuality = () => {
    byId("save-quality-field").hidden = format.value === "png";
    byId("save-quality-value").textContent = quality.value;
  };
  format.addEventListener("change", showQuality);
  quality.addEventListener("input", showQuality);
  showQuality();
  watch(() => {
    const report = currentPhoto()?.restored?.report;
    byId("save-box").hidden = !report;
    setText(byId("restore-result"), report ? TEXT.restored(report.width, report.height, report.device) : "");
  });
}
