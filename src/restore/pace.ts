/**
 * How fast work goes and when it will be done.
 *
 * @module
 */

/** What is said of pictures besides how much is done. */
interface Pace {
  /** 0 before anything is done. */
  readonly megapixelsPerSecond: number;
  readonly left: number | undefined;
}

/** Share of the work after which the start, where code is compiled, is left out of the pace. */
const WARM = 0.02;
/** Share of the work over which what was seen loses most of its weight: a machine gets other work, and is rid of it. */
const MEMORY = 0.1;

/**
 * Follows work from now on; each call takes the share that is done and the megapixels of all. What is left is told by the
 * counted work and the speed of late.
 */
export function openPace(now: () => number = () => performance.now()): (fraction: number, megapixels: number) => Pace {
  const started = now();
  let before: { readonly at: number; readonly fraction: number } | undefined, first = 0;
  let work = 0, milliseconds = 0;
  return (fraction, megapixels) => {
    const at = now(), seconds = (at - started) / 1000;
    if (fraction <= 0 || seconds <= 0) return { megapixelsPerSecond: 0, left: undefined };
    if (!before) [before, first] = [{ at, fraction }, fraction];
    else if (fraction > before.fraction) {
      const more = fraction - before.fraction, kept = Math.exp(-more / MEMORY);
      // The weight falls within the step, too: its mean over the step for both.
      const weight = (1 - kept) * MEMORY / more;
      work = kept * work + weight * more;
      milliseconds = kept * milliseconds + weight * (at - before.at);
      before = { at, fraction };
    }
    const rate = fraction - first >= WARM && milliseconds > 0 ? work / milliseconds * 1000 : fraction / seconds;
    return { megapixelsPerSecond: fraction * megapixels / seconds, left: fraction >= 1 ? 0 : (1 - fraction) / rate };
  };
}
