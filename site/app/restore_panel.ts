/**
 * Upscale, denoise, remove JPEG artefacts.
 *
 * @module
 */
import { byId, make, setText } from "./dom.ts";
import { call, type CallOptions } from "./engine.ts";
import { runJob } from "./jobs.ts";
import { startJobView } from "./job_view.ts";
import { taskText } from "./checkpoints.ts";
import { paint } from "./painter.ts";
import { type Choice, current, currentPhoto, type Photo, type State, update, updatePhoto, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const choices = byId("restore-choices");
/** Above that many pixels a photo takes minutes on most machines. */
const LARGE = 1.5e6;

async function restorePhoto(photo: Photo, choice: Choice, { signal, onEvent }: CallOptions): Promise<void> {
  const { id, width, height } = photo;
  const before = current().photos.find((other) => other.id === id)?.restored;
  paint({ type: "begin", photo: id, width: width * choice.scale, height: height * choice.scale });
  updatePhoto(id, { restored: { report: undefined } });
  try {
    const report = await call("restore", { photo: id, model: choice.id }, {
      ...(signal ? { signal } : {}),
      onEvent(event) {
        if (event.type !== "tile") return onEvent?.(event);
        const { x, y, bitmap } = event;
        paint({ type: "tile", photo: id, x, y, bitmap }, [bitmap]);
      },
    });
    paint({ type: "end", photo: id, whole: true });
    updatePhoto(id, { restored: { report } });
    update({ timings: report.timings });
  } catch (error) {
    paint({ type: "end", photo: id, whole: false });
    updatePhoto(id, { restored: before });
    throw error;
  }
}

const chosenModel = ({ models, chosen }: State): Choice => models.find(({ id }) => id === chosen.restore)!;

function run(photos: readonly Photo[]): void {
  const choice = chosenModel(current());
  runJob("restore", taskText(choice), async (options) => {
    for (const photo of photos) {
      if (photos.length > 1) update({ current: photo.id });
      await restorePhoto(photo, choice, options);
    }
  });
}

function choiceOf(model: Choice): HTMLElement {
  const radio = make("input", { type: "radio", name: "restore-model", value: model.id });
  radio.addEventListener("change", () => update({ chosen: { ...current().chosen, restore: model.id } }));
  return make("label", { class: "chip" }, radio, make("span", {}, taskText(model)));
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
  choices.replaceChildren(...own.map(choiceOf), ...(dejpeg ? [] : [missingDejpeg()]));
  byId("dejpeg-hint").textContent = dejpeg ? "" : TEXT.dejpegHint;
  for (const radio of choices.querySelectorAll("input")) radio.checked = radio.value === chosen.restore;
}

/** Starts the tool. */
export function startRestore(): void {
  startJobView("restore", () => {
    const photo = currentPhoto();
    if (photo) run([photo]);
  });
  const all = byId<HTMLButtonElement>("restore-all");
  all.addEventListener("click", () => run(current().photos));
  watch((state, before) => {
    if (state === before || state.models !== before.models) showChoices(state);
    for (const radio of choices.querySelectorAll("input")) radio.checked = radio.value === state.chosen.restore;
    all.hidden = state.photos.length < 2 || state.job !== undefined;
    const photo = currentPhoto(), pixels = photo ? photo.width * photo.height : 0;
    const slow = pixels > LARGE && state.device?.kind !== "webgpu";
    setText(byId("restore-hint"), slow ? TEXT.largePhoto((pixels / 1e6).toFixed(1)) : "");
  });
}
