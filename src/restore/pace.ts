/**
 * How fast work goes and when it will be done.
 *
 * @module
 */

/** What is said of work besides how much is done. */
export interface Pace {
  /** Millions of pixels of the result a second; 0 before anything is done. */
  readonly megapixelsPerSecond: number;
  /** Seconds left; undefined before anything is done. */
  readonly left: number | undefined;
}

/** Share of the work after which the start, where code is compiled, is left out of the pace. */
const WARM = 0.02;

/** Follows work from now on; each call takes the share that is done and the megapixels of all. */
export function openPace(now: () => number = () => performance.now()): (fraction: number, megapixels: number) => Pace {
  const started = now();
  let warm: { readonly at: number; readonly fraction: number } | undefined;
  return (fraction, megapixels) => {
    const at = now(), seconds = (at - started) / 1000;
    if (fraction <= 0 || seconds <= 0) return { megapixelsPerSecond: 0, left: undefined };
    const rate = warm && fraction - warm.fraction >= WARM
      ? (fraction - warm.fraction) / ((at - warm.at) / 1000)
      : fraction / seconds;
    if (!warm && fraction < 0.5) warm = { at, fraction };
    return { megapixelsPerSecond: fraction * megapixels / seconds, left: fraction >= 1 ? 0 : (1 - fraction) / rate };
  };
}
