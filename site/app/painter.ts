/**
 * The page's end of the line to the painter.
 *
 * @module
 */
import type { Paint } from "../paint.ts";

const worker = new Worker(document.documentElement.dataset.painter!, { type: "module", name: "painter" });

/** Tells the painter something. */
export function paint(message: Paint, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}
