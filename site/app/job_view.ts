/**
 * The start button, the progress and the cancel button of a tool, for the photo that is shown. A button that is disabled says
 * why.
 *
 * @module
 */
import { byId, setText } from "./dom.ts";
import { cancel } from "./jobs.ts";
import { current, currentPhoto, type Job, photoOf, type Tool, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

/** How far a job has come, in words. */
export function progressText(job: Job): string {
  return [
    job.phase ? TEXT.phases[job.phase] : TEXT.phases.load,
    ...(job.fraction === undefined ? [] : [TEXT.percent(job.fraction)]),
    ...(job.timeLeft === undefined ? [] : [TEXT.timeLeft(job.timeLeft)]),
  ].join(" · ");
}

/** Shows a share, or that nobody knows it. */
export function showShare(bar: HTMLProgressElement, fraction: number | undefined): void {
  if (fraction === undefined) bar.removeAttribute("value");
  else bar.value = fraction;
}

/** Binds them by their ids: `restore-run`, `restore-progress` and so on. */
export function startJobView(tool: Tool, run: () => void): void {
  const start = byId<HTMLButtonElement>(`${tool}-run`), box = byId(`${tool}-job`);
  const bar = byId<HTMLProgressElement>(`${tool}-progress`), text = byId(`${tool}-phase`);
  const stop = byId<HTMLButtonElement>(`${tool}-cancel`), why = byId(`${tool}-why`);
  start.addEventListener("click", run);
  stop.addEventListener("click", cancel);
  watch(({ job, device, current: photo, batch }, before) => {
    const own = job?.tool === tool && job.photo === photo ? job : undefined;
    const had = before.job?.tool === tool && before.job.photo === before.current;
    start.disabled = job !== undefined || batch?.running === true || photo === undefined || device === undefined;
    const hadFocus = document.activeElement === start || document.activeElement === stop;
    start.hidden = own !== undefined;
    box.hidden = own === undefined;
    if (hadFocus && !!own !== had) (own ? stop : start).focus(); // the button that had it is gone
    const busy = job && !own ? TEXT.busyWith(job.what, photoOf(job.photo)?.name ?? "") : "";
    setText(why, device === undefined ? TEXT.device.opening : busy);
    if (busy) start.setAttribute("aria-describedby", why.id);
    else start.removeAttribute("aria-describedby");
    if (!own) return;
    showShare(bar, own.fraction);
    setText(text, progressText(own));
  });
}

/** Escape cancels, unless a dialog is open that it closes. */
export function startCancelKey(): void {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && current().job && !document.querySelector("dialog[open]")) cancel();
  });
}

/** Shows the photo that work is going on for. */
export function showWorkingPhoto(): void {
  const job = current().job;
  if (job && currentPhoto()?.id !== job.photo) update({ current: job.photo, tool: job.tool });
}
