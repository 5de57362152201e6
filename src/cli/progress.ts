/**
 * Progress of long steps on a terminal that somebody watches.
 *
 * @module
 */
import type { Progress } from "../bytes/long_step.ts";
import type { RestoreProgress } from "../restore.ts";
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
export interface ProgressLine<P> {
  readonly onProgress: (progress: P) => void;
  readonly done: () => void;
}

/** Progress of a download or of loading, in bytes. */
export function loadingLine(terminal: Terminal): ProgressLine<Progress> {
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
export function runningLine(terminal: Terminal, name: string): ProgressLine<{ readonly fraction: number }> {
  const { move, done } = openBar(terminal, `${name} {bar} {percentage}%, {eta_formatted} left`);
  return { onProgress: ({ fraction }) => move(Math.round(STEPS * fraction), STEPS, {}), done };
}

/** Progress of a restoration, in tiles. */
export function restoringLine(terminal: Terminal, name: string): ProgressLine<RestoreProgress> {
  const { move, done } = openBar(
    terminal,
    `${name} {bar} {percentage}% tile {finished}/{tiles}, {eta_formatted} left`,
  );
  return {
    onProgress: ({ fraction, finished, tiles }) => move(Math.round(STEPS * fraction), STEPS, { finished, tiles }),
    done,
  };
}
