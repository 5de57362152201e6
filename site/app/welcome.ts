/**
 * The first impression: a photo before and after, under a boundary that moves.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { byId } from "./dom.ts";

/** Starts it. */
export function startWelcome(): void {
  const box = byId("welcome-compare"), slider = byId<HTMLInputElement>("welcome-slider");
  for (const [id, url] of Object.entries(CATALOGUE.welcome)) byId<HTMLImageElement>(`welcome-${id}`).src = url;
  const move = () => box.style.setProperty("--split", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
}
