/**
 * The painter of the page: a worker that draws the large picture, at most once per frame.
 *
 * @module
 */
import type { Paint } from "../paint.ts";
import { accept, draw } from "./scene.ts";

let waiting = false;

addEventListener("message", ({ data }: MessageEvent<Paint>) => {
  accept(data);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
});
