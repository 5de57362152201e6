/**
 * Progress of long steps on a terminal that somebody watches.
 *
 * @module
 */
import type { Progress } from "../checkpoint/checkpoint.ts";
import type { Terminal } from "./command.ts";

/** The part of `cli-progress` used here. */
interface Bar {
  start(total: number, value: number, payload: object): void;
  setTotal(total: number): void;
  update(value: number, payload: object): void;
  stop(): void;
}

interface BarModule {
  readonly default: { readonly SingleBar: new (options: object, preset?: object) => Bar };
}

/** Steps shorter than this show no bar, in milliseconds. */
const PATIENCE = 500;

/** A progress listener, and what clears the line at the end. */
export interface ProgressLine {
  readonly onProgress: (progress: Progress) => void;
  readonly done: () => void;
}

/** Shows a bar on stderr once a step takes longer than half a second; silent when nobody watches. */
export async function progressLine({ watched }: Terminal): Promise<ProgressLine> {
  if (!watched) return { onProgress: () => {}, done: () => {} };
  // The command line also runs from a URL, where there is no import map.
  // deno-lint-ignore no-import-prefix
  const { default: { SingleBar } } = await import("npm:cli-progress@3.12.0") as unknown as BarModule;
  const bar = new SingleBar({
    format: "{phase} {bar} {percentage}% {megabytes} MB, {eta_formatted} left",
    clearOnComplete: true,
    hideCursor: true,
    etaBuffer: 50,
  });
  const started = performance.now();
  let shown = false;
  return {
    onProgress({ phase, loaded, total }) {
      if (performance.now() - started < PATIENCE) return;
      const payload = { phase, megabytes: (loaded / 1e6).toFixed(1) };
      if (!shown) bar.start(total ?? loaded, loaded, payload);
      shown = true;
      bar.setTotal(total ?? loaded);
      bar.update(loaded, payload);
    },
    done: () => shown && bar.stop(),
  };
}
