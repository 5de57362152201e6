/**
 * Sentences for a person, each with the way out, above the work until they are dismissed. None covers the work, none is lost.
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

/** Something that failed, and whose failure it was. */
export interface Failed {
  readonly name: string;
  readonly error: unknown;
}

/** Shows a sentence; the same one again takes the place of the first. */
export function say(
  kind: "error" | "notice",
  text: string,
  ways: readonly Way[] = [],
  more: readonly Node[] = [],
): HTMLElement {
  for (const old of list.querySelectorAll("li.message")) if ((old as HTMLElement).dataset.text === text) old.remove();
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
    ...(more.length > 0 ? [make("details", {}, make("summary", {}, TEXT.details), ...more)] : []),
  );
  dismiss.addEventListener("click", () => item.remove());
  list.append(item);
  list.scrollTop = list.scrollHeight; // where there is no room for all, the newest is in sight
  return item;
}

/** Milliseconds after which what goes on is said. */
const SLOW = 500;

/** Says that something goes on for as long as it does, unless that is over at once. */
export async function saying<T>(text: string, work: Promise<T>): Promise<T> {
  let item: HTMLElement | undefined;
  const timer = setTimeout(() => item = say("notice", text), SLOW);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    item?.remove();
  }
}

function sentence(error: unknown): { readonly text: string; readonly detail: string } {
  const kind = error instanceof EngineFailure ? error.kind : "other";
  const detail = error instanceof Error ? error.message : String(error);
  const format = kind === "image-format" ? /looks like (.+)$/.exec(detail)?.[1] : undefined;
  return { text: format ? TEXT.unreadFormat(format) : TEXT.failures[kind], detail };
}

/** Shows what went wrong and how to go on; an abort is no failure. */
export function sayFailure(error: unknown, ways: readonly Way[] = [], name?: string): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const { text, detail } = sentence(error);
  say("error", name ? `${name}: ${text}` : text, ways, [make("p", {}, detail)]);
}

/** Shows what could not be opened: one sentence for one file, one list for many, with every file in it once. */
export function sayFailures(failed: readonly Failed[]): void {
  if (failed.length === 1) return sayFailure(failed[0]!.error, [], failed[0]!.name);
  if (failed.length === 0) return;
  const items = failed.map(({ name, error }) => {
    const { text, detail } = sentence(error);
    return make("li", { title: detail }, make("b", {}, name), `: ${text}`);
  });
  say("error", TEXT.failedFiles(failed.length), [], [make("ul", { class: "failed-files" }, ...items)]);
}
