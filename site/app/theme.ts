/**
 * Light, dark, or as the system has it.
 *
 * @module
 */
import { byId } from "./dom.ts";

const KEY = "theme";
const select = byId<HTMLSelectElement>("theme");

function apply(theme: string): void {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Starts the choice; the last one is kept where the browser allows it. */
export function startTheme(): void {
  try {
    select.value = localStorage.getItem(KEY) ?? "auto";
  } catch {
    select.value = "auto"; // storage is blocked
  }
  apply(select.value);
  select.addEventListener("change", () => {
    apply(select.value);
    try {
      localStorage.setItem(KEY, select.value);
    } catch {
      // The choice holds until the page is closed.
    }
  });
}
