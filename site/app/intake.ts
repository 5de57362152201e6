/**
 * The ways in: drop, paste, pick, shoot, sample.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { openCamera } from "./camera.ts";
import { byId, make } from "./dom.ts";
import { say } from "./messages.ts";
import { addFiles, addSample } from "./photos.ts";
import { TEXT } from "./strings.ts";

function startDrop(): void {
  let depth = 0;
  const mark = (change: number) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => {
    event.preventDefault();
    mark(1);
  });
  addEventListener("dragleave", () => mark(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    mark(-Infinity);
    addFiles(event.dataTransfer?.files ?? []);
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
    const items = await navigator.clipboard.read().catch(() => []);
    const files: File[] = [];
    for (const item of items) {
      const type = item.types.find((type) => type.startsWith("image/"));
      if (type) files.push(new File([await item.getType(type)], `pasted.${type.slice(6)}`, { type }));
    }
    if (files.length > 0) addFiles(files);
    else say("notice", TEXT.pasteEmpty);
  });
}

/** Buttons that open the file picker, all on one hidden input. */
function startPicker(): void {
  for (const [input, buttons] of [["files", ["choose", "add-more"]], ["checkpoint", ["model-open"]]] as const) {
    const picker = byId<HTMLInputElement>(input);
    picker.addEventListener("change", () => {
      addFiles([...picker.files ?? []]);
      picker.value = "";
    });
    for (const button of buttons) byId(button).addEventListener("click", () => picker.click());
  }
}

function showSamples(): void {
  byId("samples").append(...CATALOGUE.samples.map(({ id, thumbnail }) => {
    const image = make("img", { src: thumbnail, alt: "", width: 96, height: 96, decoding: "async" });
    const button = make("button", { type: "button", class: "sample", "aria-label": TEXT.sample(id) }, image);
    button.addEventListener("click", () => addSample(id));
    return make("li", {}, button);
  }));
}

/** Opens all ways in. */
export function startIntake(): void {
  startDrop();
  startPaste();
  startPicker();
  showSamples();
  byId("shoot").addEventListener("click", openCamera);
}
