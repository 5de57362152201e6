/**
 * A model watched from inside: the scan and the norms of one real run.
 *
 * @module
 */
import { announce, byId, make } from "./dom.ts";
import { call } from "./engine.ts";
import { runJob } from "./jobs.ts";
import { startJobView } from "./job_view.ts";
import { showNorms } from "./norm_view.ts";
import { showScan } from "./scan_view.ts";
import { modelText } from "./checkpoints.ts";
import { current, currentPhoto, type State, update, updatePhoto, watch } from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";

const select = byId<HTMLSelectElement>("inside-model");

function run(): void {
  const photo = currentPhoto();
  if (!photo) return;
  runJob("inside", PAGE.insideTab, async (options) => {
    const inside = await call("inside", { photo: photo.id, model: current().chosen.inside }, options);
    updatePhoto(photo.id, { inside });
    update({ timings: inside.timings });
    announce(TEXT.insideDone(inside.blocks.length));
  });
}

function showModels({ models }: State): void {
  select.replaceChildren(...models.map((model) => make("option", { value: model.id }, modelText(model))));
}

/** Starts the tool. */
export function startInside(): void {
  startJobView("inside", run);
  select.addEventListener("change", () => update({ chosen: { ...current().chosen, inside: select.value } }));
  let shown: unknown;
  watch((state, before) => {
    if (state === before || state.models !== before.models) showModels(state);
    select.value = state.chosen.inside;
    select.disabled = state.job !== undefined;
    const report = currentPhoto()?.inside;
    byId("inside-result").hidden = !report;
    if (report === shown) return;
    shown = report;
    showScan(report);
    showNorms(report);
  });
}
