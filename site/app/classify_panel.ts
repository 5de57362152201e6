/**
 * What is on the photo, and where the answer comes from.
 *
 * @module
 */
import { announce, byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { runJob } from "./jobs.ts";
import { startJobView } from "./job_view.ts";
import { paint } from "./painter.ts";
import { current, currentPhoto, type Photo, update, updatePhoto, watch } from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";

const list = byId("labels");
const where = byId<HTMLInputElement>("where");
const note = byId("where-note");
/** Which of the answers the picture explains. */
let explained = 0;
let shown: Pick<Photo, "classified" | "occluded"> | undefined;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function run(): void {
  const photo = currentPhoto();
  if (!photo) return;
  runJob("classify", PAGE.classifyTab, async (options) => {
    const model = current().chosen.classify;
    const classified = await call("classify", { photo: photo.id, model }, options);
    explained = 0;
    updatePhoto(photo.id, { classified, occluded: undefined });
    update({ timings: classified.timings });
    const [best] = classified.labels;
    announce(TEXT.bestLabel(best!.name, percent(best!.probability)));
    if (where.checked) await occlude(photo, model, options);
  });
}

async function occlude(photo: Photo, model: string, options: Parameters<typeof call>[2]): Promise<void> {
  const classes = current().photos.find(({ id }) => id === photo.id)?.classified?.labels.map(({ index }) => index);
  if (!classes) return;
  const occluded = await call("occlude", { photo: photo.id, model, classes }, options);
  updatePhoto(photo.id, { occluded });
  announce(TEXT.occlusionDone);
}

/** Computes the picture when it is wanted and not there. */
function wantWhere(): void {
  const photo = currentPhoto();
  if (where.checked && photo?.classified && !photo.occluded) {
    runJob("classify", PAGE.where, (options) => occlude(photo, current().chosen.classify, options));
  }
  showWhere();
}

function showLabels({ classified }: Pick<Photo, "classified">): void {
  list.replaceChildren(...(classified?.labels ?? []).map(({ name, probability }, i) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${100 * probability}%`;
    const button = make(
      "button",
      { type: "button", class: "label", title: TEXT.whereOf(name) },
      bar,
      make("span", { class: "name" }, name),
      make("span", { class: "share" }, percent(probability)),
    );
    button.addEventListener("click", () => {
      explained = i;
      if (!where.checked) where.checked = true;
      wantWhere();
    });
    return make("li", {}, button);
  }));
}

function showWhere(): void {
  const photo = currentPhoto(), falls = photo?.occluded?.falls[explained];
  const showing = where.checked && current().tool === "classify" && falls !== undefined;
  [...list.querySelectorAll(".label")].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(showing && i === explained));
  });
  note.textContent = "";
  if (current().tool !== "classify") return;
  if (!showing) return paint({ type: "light", light: undefined });
  const { rows, columns, region } = photo!.occluded!, high = Math.max(...falls);
  note.textContent = high > 0.001 ? TEXT.strongest(percent(high)) : TEXT.noPlace;
  paint({
    type: "light",
    light: high > 0.001 ? { values: falls, rows, columns, region, high } : undefined,
  });
}

/** Starts the tool. */
export function startClassify(): void {
  startJobView("classify", run);
  where.addEventListener("change", wantWhere);
  watch((state, before) => {
    const photo = currentPhoto();
    if (photo?.classified !== shown?.classified) {
      explained = 0;
      showLabels({ classified: photo?.classified });
    }
    const changed = photo?.occluded !== shown?.occluded || photo?.classified !== shown?.classified;
    shown = { classified: photo?.classified, occluded: photo?.occluded };
    if (changed || state.tool !== before.tool || state.current !== before.current) showWhere();
    const nameless = state.reports.get(state.chosen.classify)?.labels === 0;
    setText(byId("class-names"), nameless ? TEXT.modelHasNoNames : "");
  });
}
