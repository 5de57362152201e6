/**
 * Sentences for a person, each with the way out, at the foot of the page until they are dismissed.
 *
 * @module
 */
import { byId, make } from "./dom.ts";
import { EngineFailure } from "./engine.ts";
import { TEXT } from "./strings.ts";

/** A way out, as a button. */
export interface Way {
  readonly text: string;
  readonly go: () => void;
}

const list = byId("messages");
/** More would hide the page. */
const MOST = 3;

/** Shows a sentence; the same one again takes the place of the first. */
export function say(kind: "error" | "notice", text: string, ways: readonly Way[] = [], detail?: string): void {
  for (const old of list.querySelectorAll("li")) if (old.dataset.text === text) old.remove();
  while (list.childElementCount >= MOST) list.firstElementChild!.remove();
  const dismiss = make("button", { type: "button", class: "quiet", "aria-label": TEXT.dismiss }, "×");
  const buttons = ways.map(({ text, go }) => {
    const button = make("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      item.remove();
      go();
    });
    return button;
  });
  const item = make(
    "li",
    { class: `message ${kind}`, "data-text": text },
    make("p", { role: kind === "error" ? "alert" : "status" }, text),
    ...buttons,
    dismiss,
    ...(detail ? [make("details", {}, make("summary", {}, TEXT.details), make("p", {}, detail))] : []),
  );
  dismiss.addEventListener("click", () => item.remove());
  list.append(item);
}

/** Shows what went wrong and how to go on; an abort is no failure. */
export function sayFailure(error: unknown, ways: readonly Way[] = [], name?: string): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const kind = error instanceof EngineFailure ? error.kind : "other";
  const detail = error instanceof Error ? error.message : String(error);
  say("error", name ? `${name}: ${TEXT.failures[kind]}` : TEXT.failures[kind], ways, detail);
}
