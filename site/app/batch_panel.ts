/**
 * A batch as a person follows it: which photo of how many, how each one came out, pause, stop, all of it as a ZIP.
 *
 * @module
 */
import type { ZipItem } from "../protocol.ts";
import { byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { progressText, showShare } from "./job_view.ts";
import { sayFailure } from "./messages.ts";
import { fileName } from "./results.ts";
import { pauseBatch, stopBatch } from "./restoring.ts";
import { download, extension, markSaved, saveOptions } from "./results_panel.ts";
import { type Batch, current, photoOf, type State, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const box = byId("batch"), list = byId("batch-items"), zip = byId<HTMLButtonElement>("batch-zip");
const pause = byId<HTMLButtonElement>("batch-pause");

/** The results of a batch that are still there, each under a name of its own. */
function filesOf({ items }: Batch): ZipItem[] {
  const names = new Map<string, number>();
  return items.flatMap(({ photo: id, result: wanted }) => {
    const photo = photoOf(id), result = photo?.results.find(({ id }) => id === wanted);
    if (!photo || !result) return [];
    const name = fileName(photo, result, extension()), key = name.toLowerCase(), taken = names.get(key) ?? 0;
    names.set(key, taken + 1); // many disks take A.png for a.png
    return [{ photo: id, result: result.id, name: taken === 0 ? name : name.replace(/(\.\w+)$/, `-${taken + 1}$1`) }];
  });
}

async function saveZip(): Promise<void> {
  const { batch } = current(), items = batch ? filesOf(batch) : [];
  if (items.length === 0) return;
  zip.disabled = true;
  try {
    const blob = await call("zip", { items, ...saveOptions() }, {
      onEvent: (event) => event.type === "progress" && setText(zip, TEXT.zipping(event.fraction ?? 0)),
    });
    download(blob, "sidewinder.zip");
    markSaved(new Set(items.map(({ result }) => result)));
  } catch (error) {
    sayFailure(error);
  } finally {
    zip.disabled = false;
    setText(zip, zip.dataset.text!);
  }
}

function show({ batch, job }: State): void {
  box.hidden = !batch;
  if (!batch) return;
  const { items, paused, running } = batch, at = items.findIndex(({ outcome }) => outcome === "running");
  const done = items.filter(({ outcome }) => outcome === "done").length;
  setText(byId("batch-text"), running ? TEXT.batchAt(at + 1, items.length) : TEXT.batchDone(done, items.length));
  setText(byId("batch-phase"), paused ? TEXT.paused : running && job ? progressText(job) : "");
  const finished = items.filter(({ outcome }) => outcome !== "waiting" && outcome !== "running").length;
  showShare(byId<HTMLProgressElement>("batch-progress"), (finished + (job?.fraction ?? 0)) / items.length);
  byId("batch-progress").hidden = !running;
  pause.hidden = !running;
  setText(pause, paused ? TEXT.goOn : TEXT.pause);
  byId("batch-stop").hidden = !running;
  byId("batch-close").hidden = running;
  zip.hidden = running || done === 0;
}

function showItems({ batch }: State): void {
  list.replaceChildren(...(batch?.items ?? []).map(({ photo, name, outcome, detail }) => {
    const button = make("button", { type: "button", class: "quiet" }, name);
    button.addEventListener("click", () => photoOf(photo) && update({ current: photo }));
    return make(
      "li",
      { class: outcome },
      button,
      make("span", { title: detail }, detail ?? TEXT.batchOutcomes[outcome]),
    );
  }));
}

/** Starts the box. */
export function startBatch(): void {
  zip.dataset.text = zip.textContent!;
  zip.addEventListener("click", saveZip);
  pause.addEventListener("click", () => pauseBatch(!current().batch?.paused));
  byId("batch-stop").addEventListener("click", stopBatch);
  byId("batch-close").addEventListener("click", () => {
    update({ batch: undefined });
    byId("restore-run").focus();
  });
  watch((state, before) => {
    show(state);
    if (state === before || state.batch?.items !== before.batch?.items) showItems(state);
  });
}
