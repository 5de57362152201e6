/**
 * How long steps over bytes are watched and stopped.
 *
 * @module
 */

/** How far a long step has come. */
export interface Progress {
  /** What is being done: `download`, `open`, `bind`, `convert`. */
  readonly phase: string;
  /** Bytes done. */
  readonly loaded: number;
  /** Bytes to do; undefined where nobody said. */
  readonly total: number | undefined;
}

/** What every long step takes. */
export interface LongStep {
  /** Called as work is done. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Ends the step early with its reason. */
  readonly signal?: AbortSignal | undefined;
}
