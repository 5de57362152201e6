/**
 * A model watched from inside: the scan, what reaches a place, and the norms, all of one real run.
 *
 * @module
 */
import { announce, byId, make } from "./dom.ts";
import { call } from "./engine.ts";
import { runJob } from "./jobs.ts";
import { startJobView } from "./job_view.ts";
import { showNorms } from "./norm_view.ts";
import { showReach, startReach } from "./reach_view.ts";
import { showScan } from "./scan_view.ts";
import { modelText } from "./checkpoints.ts";
import { current, currentPhoto, insideOf, photoOf, type State, update, updatePhoto, watch } from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";
import { showRegion } from "./viewer.ts";

const select = byId<HTMLSelectElement>("inside-model");

function run(): void {
  const photo = currentPhoto(), model = current().chosen.inside;
  if (!photo) return;
  runJob({ tool: "inside", photo: photo.id, what: PAGE.insideTab }, async (options) => {
    const report = await call("inside", { photo: photo.id, model }, options), { device } = report;
    const others = photoOf(photo.id)?.insides.filter((other) => other.model !== model || other.device !== device);
    if (!others) return report.picture.close();
    updatePhoto(photo.id, { insides: [...others, { model, device, report }] });
    update({ timings: report.timings });
    if (currentPhoto()?.id === photo.id) showRegion(report.region);
    announce(TEXT.insideDone(report.scans.length));
  });
}

function showModels({ models }: State): void {
  select.replaceChildren(...models.map((model) => make("option", { value: model.id }, modelText(model))));
}

/** Starts the tool. */
export function startInside(): void {
  startJobView("inside", run);
  startReach();
  select.addEventListener("change", () => update({ chosen: { ...current().chosen, inside: select.value } }));
  let shown: unknown, open = false;
  watch((state, before) => {
    if (state === before || state.models !== before.models) showModels(state);
    select.value = state.chosen.inside;
    select.disabled = state.job !== undefined;
    const report = insideOf(state, currentPhoto()), here = state.tool === "inside";
    byId("inside-result").hidden = !report;
    if (report === shown && here === open) return;
    if (report !== shown) {
      showScan(report);
      showNorms(report);
    }
    shown = report;
    open = here;
    showReach(here ? report : undefined);
  });
}
