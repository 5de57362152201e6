/**
 * The start button, the progress and the cancel button of a tool.
 *
 * @module
 */
import { byId, setText } from "./dom.ts";
import { cancel } from "./jobs.ts";
import { current, type Tool, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

/** Binds them by their ids: `restore-run`, `restore-progress` and so on. */
export function startJobView(tool: Tool, run: () => void): void {
  const start = byId<HTMLButtonElement>(`${tool}-run`), box = byId(`${tool}-job`);
  const bar = byId<HTMLProgressElement>(`${tool}-progress`), text = byId(`${tool}-phase`);
  const stop = byId<HTMLButtonElement>(`${tool}-cancel`);
  start.addEventListener("click", run);
  stop.addEventListener("click", cancel);
  watch(({ job, photos }, before) => {
    const own = job?.tool === tool ? job : undefined, had = before.job?.tool === tool;
    start.disabled = job !== undefined || photos.length === 0;
    const hadFocus = document.activeElement === start || document.activeElement === stop;
    start.hidden = own !== undefined;
    box.hidden = own === undefined;
    if (hadFocus && !!own !== had) (own ? stop : start).focus(); // the button that had it is gone
    if (!own) return;
    if (own.fraction === undefined) bar.removeAttribute("value");
    else bar.value = own.fraction;
    const parts = [
      own.phase ? TEXT.phases[own.phase] : TEXT.phases.load,
      ...(own.fraction === undefined ? [] : [TEXT.percent(own.fraction)]),
      ...(own.timeLeft === undefined ? [] : [TEXT.timeLeft(own.timeLeft)]),
    ];
    setText(text, parts.join(" · "));
  });
}

/** Escape cancels, unless a dialog is open that it closes. */
export function startCancelKey(): void {
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && current().job && !document.querySelector("dialog[open]")) cancel();
  });
}
