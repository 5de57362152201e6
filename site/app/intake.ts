/**
 * The ways in: drop, paste, pick, shoot, sample, share, open with.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { byId, make } from "./dom.ts";
import { filesOf, meant } from "./dropped_files.ts";
import { say, sayFailure } from "./messages.ts";
import { addFiles, addSample } from "./photos.ts";
import { TEXT } from "./strings.ts";

/** Takes files in; a folder without any says so. */
async function take(files: readonly File[], empty: string): Promise<void> {
  if (files.length === 0) return void say("notice", empty);
  await addFiles(files);
}

function startDrop(): void {
  let depth = 0;
  const mark = (change: number) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.types.includes("Files") ?? true) mark(1);
  });
  addEventListener("dragleave", () => mark(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-Infinity);
    if (!event.dataTransfer) return;
    filesOf(event.dataTransfer).then((files) => take(files, TEXT.dropEmpty), sayFailure);
  });
}

function startPaste(): void {
  addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (files?.length) addFiles(files);
  });
  const button = byId("paste");
  button.hidden = typeof navigator.clipboard?.read !== "function";
  button.addEventListener("click", async () => {
    const items = await navigator.clipboard.read().catch(() => undefined);
    if (!items) return void say("error", TEXT.pasteDenied);
    const files: File[] = [];
    for (const item of items) {
      const type = item.types.find((type) => type.startsWith("image/"));
      if (type) files.push(new File([await item.getType(type)], `pasted.${type.slice(6)}`, { type }));
    }
    take(files, TEXT.pasteEmpty);
  });
}

/** Buttons that open a file picker, each kind on one hidden input. */
function startPicker(): void {
  const pickers = [
    ["files", ["choose", "add-more"]],
    ["folder", ["choose-folder"]],
    ["checkpoint", ["model-open", "choose-checkpoint"]],
  ] as const;
  for (const [input, buttons] of pickers) {
    const picker = byId<HTMLInputElement>(input);
    picker.addEventListener("change", () => {
      const files = [...picker.files ?? []];
      picker.value = "";
      take(input === "folder" ? meant(files) : files, TEXT.dropEmpty);
    });
    for (const button of buttons) byId(button).addEventListener("click", () => picker.click());
  }
}

function showSamples(): void {
  byId("samples").append(...CATALOGUE.samples.map(({ id, thumbnail }) => {
    const image = make("img", { src: thumbnail, alt: "", width: 96, height: 96, decoding: "async" });
    const text = TEXT.samples[id] ?? id, label = TEXT.sample(text, id);
    const button = make("button", { type: "button", class: "sample", "aria-label": label }, image);
    button.append(make("span", { class: "sample-text" }, text));
    button.addEventListener("click", () => addSample(id, true));
    return make("li", {}, button);
  }));
}

/** Files that the system opens with the installed page. */
interface LaunchQueue {
  setConsumer(consumer: (launch: { readonly files: readonly FileSystemFileHandle[] }) => void): void;
}

function startLaunch(): void {
  const { launchQueue } = globalThis as { readonly launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(async ({ files }) => {
    if (files.length > 0) addFiles(await Promise.all(files.map((file) => file.getFile())));
  });
}

/** Where the service worker puts what other apps share. */
const SHARED = "sidewinder-shared";

async function takeShared(): Promise<void> {
  const cache = await globalThis.caches?.open(SHARED).catch(() => undefined);
  const files: File[] = [];
  for (const request of await cache?.keys() ?? []) {
    const blob = await (await cache!.match(request))!.blob();
    files.push(new File([blob], decodeURIComponent(request.url.split("/").at(-1)!), { type: blob.type }));
    await cache!.delete(request);
  }
  if (files.length > 0) await addFiles(files);
}

/** Opens all ways in. */
export function startIntake(): void {
  startDrop();
  startPaste();
  startPicker();
  showSamples();
  startLaunch();
  if (new URLSearchParams(location.search).has("shared")) takeShared().catch(sayFailure);
  byId("shoot").addEventListener("click", async () => (await import("./camera.ts")).openCamera());
}
