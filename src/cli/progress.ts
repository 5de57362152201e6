/**
 * Progress of long steps on a terminal that somebody watches.
 *
 * @module
 */
import type { Progress } from "../progress.ts";
import type { Terminal } from "./command.ts";
import { SingleBar } from "./progress_bar.gen.ts";

/** Steps shorter than this show no bar, in milliseconds. */
const PATIENCE = 500;

/** Moves the bar; `total` may still change. */
type Move = (value: number, total: number, payload: object) => void;

/** A bar on stderr that appears once a step takes longer than half a second; nothing when nobody watches. */
function openBar({ watched }: Terminal, format: string): { move: Move; done: () => void } {
  if (!watched) return { move: () => {}, done: () => {} };
  const bar = new SingleBar({ format, clearOnComplete: true, hideCursor: true, etaBuffer: 50 });
  const started = performance.now();
  let shown = false;
  return {
    move(value, total, payload) {
      if (performance.now() - started < PATIENCE) return;
      if (!shown) bar.start(total, value, payload);
      shown = true;
      bar.setTotal(total);
      bar.update(value, payload);
    },
    done: () => shown && bar.stop(),
  };
}

/** A listener, and what clears the line at the end. */
export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  readonly done: () => void;
}

/** Progress of a download or of loading, in bytes. */
export function loadingLine(terminal: Terminal): ProgressLine {
  const { move, done } = openBar(terminal, "{phase} {bar} {percentage}% {megabytes} MB, {eta_formatted} left");
  return {
    onProgress: ({ phase, loaded, total }) =>
      move(loaded, total ?? loaded, { phase, megabytes: (loaded / 1e6).toFixed(1) }),
    done,
  };
}

/** Steps of the bar of a run. */
const STEPS = 1000;

/** Progress of a run. */
export function runningLine(terminal: Terminal, name: string): ProgressLine {
  const { move, done } = openBar(terminal, `${name} {bar} {percentage}%, {eta_formatted} left`);
  return { onProgress: ({ fraction }) => move(Math.round(STEPS * fraction), STEPS, {}), done };
}

/** A listener of one image and of all, and what clears the line at the end. */
export interface RestoringLine {
  readonly onProgress: (progress: Progress, overall: Progress) => void;
  readonly done: () => void;
}

/** Seconds as a person says them. */
function spoken(seconds: number | undefined): string {
  if (seconds === undefined) return "…";
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Progress of a restoration, and of all images where there are several. */
export function restoringLine(terminal: Terminal, name: string): RestoringLine {
  const { move, done } = openBar(
    terminal,
    `${name} {bar} {percentage}% tile {loaded}/{total}, {speed} MP/s, {left} left{overall}`,
  );
  return {
    onProgress({ fraction, loaded, total, megapixelsPerSecond = 0, left }, all) {
      const images = all.total ?? 1;
      const overall = images > 1
        ? `; picture ${Math.min(images, all.loaded + 1)}/${images}, ${Math.floor(100 * all.fraction)}%, ${
          spoken(all.left)
        } left`
        : "";
      const speed = megapixelsPerSecond.toPrecision(2);
      move(Math.round(STEPS * fraction), STEPS, { loaded, total, speed, left: spoken(left), overall });
    },
    done,
  };
}
