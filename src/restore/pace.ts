/**
 * How fast work goes and when it will be done: plain arithmetic over a clock.
 *
 * @module
 */

/** What is said of pictures besides how much is done. */
interface Pace {
  /** 0 before anything is done. */
  readonly megapixelsPerSecond: number;
  readonly left: number | undefined;
}

/** Share of the work after which only the latter half of what is done is looked back on; before there is less to choose from. */
const MATURE = 0.25;
/** How many times as long the older half of what is looked back on may have taken as the newer, or the newer as the older. */
const ALIKE = 1.5;
/** Share of the work that is looked back on at least. */
const LEAST = 0.04;
/** Share of the work between two marks that are kept. */
const APART = 1 / 2000;

/**
 * Follows work from the time `started`. Each call takes the share that is done, and the time, and gives what the whole takes
 * at the speed of late, in the unit of the clock, or undefined before anything is done.
 *
 * What is looked back on ends now and begins after the first report, before which code is compiled and threads come up; it is
 * the latter half of what is done, and half of that again as long as the older half went at another speed: a first run that is
 * slower than the later ones, a machine that gets other work or is rid of it.
 */
export function openCost(started: number): (fraction: number, now: number) => number | undefined {
  const marks: { at: number; fraction: number }[] = [];
  /** When a share was done, on a line between two marks. */
  const timeOf = (share: number): number => {
    let low = 0, high = marks.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (marks[middle]!.fraction <= share) low = middle;
      else high = middle;
    }
    const from = marks[low]!, to = marks[high]!;
    return from.at + (to.at - from.at) * (share - from.fraction) / (to.fraction - from.fraction);
  };
  return (fraction, now) => {
    const last = marks.at(-1);
    if (fraction <= 0) return undefined;
    if (!last || fraction > last.fraction) {
      if (marks.length > 1 && last!.fraction - marks.at(-2)!.fraction < APART) marks.pop();
      marks.push({ at: now, fraction });
    }
    const first = marks[0]!.fraction, done = marks.at(-1)!.fraction;
    if (done - first < APART) return (now - started) / fraction;
    const cost = (from: number, to: number): number => (timeOf(to) - timeOf(from)) / (to - from);
    let since = Math.max(first, done * Math.min(1, done / MATURE) / 2);
    while (done - since > LEAST) {
      const middle = (since + done) / 2, ratio = cost(since, middle) / cost(middle, done);
      if (ratio <= ALIKE && ratio >= 1 / ALIKE) break;
      since = middle;
    }
    return cost(since, done);
  };
}

/**
 * Follows work from now on; each call takes the share that is done and the megapixels of all. What is left is told by the
 * counted work and the speed of late.
 */
export function openPace(now: () => number = () => performance.now()): (fraction: number, megapixels: number) => Pace {
  const started = now(), costOf = openCost(started);
  return (fraction, megapixels) => {
    const at = now(), seconds = (at - started) / 1000, cost = costOf(fraction, at);
    if (cost === undefined || seconds <= 0) return { megapixelsPerSecond: 0, left: undefined };
    return { megapixelsPerSecond: fraction * megapixels / seconds, left: Math.max(0, 1 - fraction) * cost / 1000 };
  };
}
