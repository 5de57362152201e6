/**
 * The tools as tabs (WAI-ARIA's pattern: arrows move, the chosen one shows).
 *
 * @module
 */
import { byId } from "./dom.ts";
import { paint } from "./painter.ts";
import { current, type Tool, update, watch } from "./store.ts";

const TOOLS: readonly Tool[] = ["restore", "classify", "inside"];
const tabOf = (tool: Tool) => byId(`tab-${tool}`);

/** Starts the tabs. */
export function startTools(): void {
  for (const tool of TOOLS) tabOf(tool).addEventListener("click", () => update({ tool }));
  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = TOOLS.indexOf(current().tool);
    const to = event.key === "Home" ? 0 : event.key === "End" ? TOOLS.length - 1 : step === undefined ? -1 : at + step;
    const tool = TOOLS[(to + TOOLS.length) % TOOLS.length]!;
    if (step === undefined && to < 0) return;
    event.preventDefault();
    update({ tool });
    tabOf(tool).focus();
  });
  watch(({ tool }, before) => {
    for (const other of TOOLS) {
      const chosen = other === tool;
      tabOf(other).setAttribute("aria-selected", String(chosen));
      tabOf(other).tabIndex = chosen ? 0 : -1;
      byId(`panel-${other}`).hidden = !chosen;
    }
    if (tool !== before.tool) paint({ type: "light", light: undefined });
  });
}
