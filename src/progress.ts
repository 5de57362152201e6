/**
 * How work that takes long is watched and stopped: one form for all of it.
 *
 * @module
 */

/** How far work has come, whatever is done: a download, a run, a picture, a batch of them. Each phase goes from 0 to 1. */
export interface Progress {
  /**
   * What is being done, and what `loaded` and `total` count: bytes while a file is `download`ed, `convert`ed or its weights
   * are bound (`bind`); milliseconds of a modest core in a `run`; tiles in `restore` and `fuse`; frames in `animate`; pictures
   * in `batch`.
   */
  readonly phase: "download" | "bind" | "convert" | "run" | "restore" | "fuse" | "animate" | "batch";
  /** Share of the work that is done, from 0 to 1, parts of a tile too; 0 as long as nobody knows the total. */
  readonly fraction: number;
  /** How much is finished. */
  readonly loaded: number;
  /** How much there is; undefined where nobody said. */
  readonly total: number | undefined;
  /** Seconds left; undefined where that is not known: before anything is done, and of work other than pictures. */
  readonly left: number | undefined;
  /** Millions of pixels of the result a second; undefined where no picture is made. */
  readonly megapixelsPerSecond: number | undefined;
}

/** What every long step takes. */
export interface LongStep {
  /** Called as work is done, at least every 100 ms where a net runs, and at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops within about 100 ms; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Progress of which no more is known than what is finished; `fraction` where parts count. */
export function progressOf(
  phase: Progress["phase"],
  loaded: number,
  total: number | undefined,
  fraction: number = total === undefined ? 0 : total > 0 ? Math.min(1, loaded / total) : 1,
): Progress {
  return { phase, fraction, loaded, total, left: undefined, megapixelsPerSecond: undefined };
}
