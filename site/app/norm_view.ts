/**
 * The norm of the stream, block by block; a chosen block shows where on the photo it is large.
 *
 * @module
 */
import type { InsideReport } from "../protocol.ts";
import { spotlight } from "../spotlight.ts";
import { byId, make } from "./dom.ts";
import { setScanLight } from "./scan_view.ts";
import { TEXT } from "./strings.ts";

const list = byId("norms");

/** Shows the norms of a run. */
export function showNorms(report: InsideReport | undefined): void {
  if (!report) return list.replaceChildren();
  const largest = Math.max(...report.blocks.map(({ mean }) => mean));
  list.replaceChildren(...report.blocks.map(({ name, mean, norms }, i) => {
    const bar = make("span", { class: "column", "aria-hidden": "true" });
    bar.style.height = `${100 * mean / largest}%`;
    const text = TEXT.block(i + 1, name, mean.toPrecision(3));
    const button = make("button", { type: "button", "aria-label": text, title: text, "aria-pressed": "false" }, bar);
    button.addEventListener("click", () => {
      const chosen = button.getAttribute("aria-pressed") !== "true";
      for (const other of list.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(chosen));
      byId("norm-text").textContent = chosen ? text : "";
      const low = Math.min(...norms), high = Math.max(...norms);
      setScanLight(chosen ? spotlight(norms, report.columns, low, high) : undefined);
    });
    return make("li", {}, button);
  }));
  byId("norm-text").textContent = "";
}
