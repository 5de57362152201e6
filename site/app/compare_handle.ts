/**
 * The boundary between before and after: a slider that is dragged, or moved by keys.
 *
 * @module
 */
import { byId } from "./dom.ts";

const handle = byId("compare");
const frame = byId("viewer");
let share = 0.5;
let moved: () => void = () => {};

/** Where the boundary is, from 0 (left) to 1 (right). */
export const boundary = (): number => share;

/** Calls back when the boundary moves. */
export function onBoundary(callback: () => void): void {
  moved = callback;
}

function move(to: number): void {
  share = Math.min(1, Math.max(0, to));
  handle.style.left = `${share * 100}%`;
  handle.setAttribute("aria-valuenow", String(Math.round(share * 100)));
  moved();
}

const STEPS: Readonly<Record<string, (share: number) => number>> = {
  ArrowLeft: (share) => share - 0.02,
  ArrowDown: (share) => share - 0.02,
  ArrowRight: (share) => share + 0.02,
  ArrowUp: (share) => share + 0.02,
  PageDown: (share) => share - 0.2,
  PageUp: (share) => share + 0.2,
  Home: () => 0,
  End: () => 1,
};

/** Starts the boundary; the viewer shows it when there is something to compare. */
export function startCompare(): void {
  handle.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    move(step(share));
  });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.stopPropagation();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = frame.getBoundingClientRect();
    move((event.x - box.left) / box.width);
  });
}
