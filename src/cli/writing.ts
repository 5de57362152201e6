/**
 * Progress of a picture with the time that its file takes once all is restored.
 *
 * @module
 */
import { ENCODE } from "../image/work.ts";
import type { Progress } from "../progress.ts";

/** A file that is written. */
export interface Written {
  readonly kind: keyof typeof ENCODE;
  readonly megapixels: number;
  /** Milliseconds that the nets take on modest cores, as many as there are threads; 0: they run on none. */
  readonly cost: number;
}

/** Milliseconds from which writing says something about speed. */
const TELLING = 20;
/** How many times as long as expected files of a kind took to be written, the last time in this process. */
const slowness = new Map<Written["kind"], number>();

/** Progress of a picture and its file. */
export interface Writing {
  readonly onProgress: (progress: Progress) => void;
  /** The file is there. */
  readonly done: () => void;
}

/**
 * Takes progress of the tiles and gives that of the file: shares of the time for both, and what is left of both. Nothing
 * but {@linkcode Writing.done} says that all is done.
 *
 * What the file takes is told by its pixels and by how fast these cores turned out to be for the nets. Rows of a PNG are compressed
 * while later ones are made: the last row of tiles is left.
 */
export function watchWriting(
  { kind, megapixels, cost }: Written,
  onProgress: (progress: Progress) => void,
  now: () => number = () => performance.now(),
): Writing {
  let last: Progress | undefined, run = 0, usual = 0, most = 0, since = 0;
  return {
    onProgress(progress) {
      const { fraction, total = 1, left } = progress;
      if (fraction < 1 && left !== undefined) run = 1000 * left / (1 - fraction);
      if (fraction === 1) since = now();
      const speed = cost > 0 && run > 0 ? run / cost : 1;
      usual = speed * ENCODE[kind] * megapixels / (kind === "png" ? Math.sqrt(total) : 1);
      const writing = usual * (slowness.get(kind) ?? 1);
      most = Math.max(most, run + writing > 0 ? fraction * run / (run + writing) : 0);
      const rest = left === undefined && fraction < 1 ? undefined : (left ?? 0) + writing / 1000;
      last = { ...progress, fraction: most, left: rest };
      onProgress(last);
    },
    done() {
      if (!last) return;
      if (usual > TELLING) slowness.set(kind, (now() - since) / usual);
      onProgress({ ...last, fraction: 1, left: 0 });
    },
  };
}
