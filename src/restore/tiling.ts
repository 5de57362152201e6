/**
 * Where tiles lie. Along each axis an image is cut into spans: what the model sees, and the part of it that counts, which
 * rises from 0 to 1 where the span before falls from 1 to 0, so that the weights of all spans sum to 1 everywhere.
 *
 * @module
 */

/** One tile along one axis, in input pixels. Pixels past the image are its reflection. */
export interface Span {
  /** First pixel the model sees. */
  readonly start: number;
  /** One past the last. */
  readonly end: number;
  /** Its weight rises over `[rise[0], rise[1])`; 0 before. */
  readonly rise: readonly [from: number, to: number];
  /** Its weight falls over `[fall[0], fall[1])`; 0 after. */
  readonly fall: readonly [from: number, to: number];
}

/** Rows and columns of tiles. */
export interface Tiling {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
}

/** Pixels at an inner border that a tile sees but does not count: the net lacks context there. */
export const MARGIN = 12;
/** Pixels over which one tile fades into the next. */
export const RAMP = 12;
/** What neighbouring tiles share: a margin on both sides of a fade. */
export interface Seam {
  /** Pixels that a tile sees but does not count. */
  readonly margin: number;
  /** Pixels of the fade. */
  readonly ramp: number;
}
/**
 * Seams from the widest. What changes a picture is that a tile sees no more than itself; how much of that is at its border
 * matters less: at 114 × 114 the narrowest is 62.1 dB from the whole picture and the widest 63.4, both as near to the truth.
 */
export const SEAMS: readonly [Seam, ...Seam[]] = [
  { margin: MARGIN, ramp: RAMP },
  { margin: 6, ramp: 8 },
  { margin: 2, ramp: 8 },
];
/** Pixels that neighbouring tiles share at least. */
export const overlapOf = ({ margin, ramp }: Seam): number => 2 * margin + ramp;
/** Of the widest seam. */
export const OVERLAP = overlapOf(SEAMS[0]);
/** Shortest side of a tile of several: with shorter ones three tiles would meet in a fade. */
export const SHORTEST = 60;

/** The next multiple. */
export const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Most spans that `length` pixels may be cut into. */
export const mostSpans = (length: number): number => Math.max(1, Math.ceil((length - OVERLAP) / (SHORTEST - OVERLAP)));

/** Length of each of `count` equal spans over `length` pixels that share a seam; the sides divide by `multiple`. */
export function spanLength(length: number, count: number, multiple = 1, seam: Seam = SEAMS[0]): number {
  const whole = roundUp(length, multiple);
  return count === 1 ? whole : Math.min(whole, roundUp((length + (count - 1) * overlapOf(seam)) / count, multiple));
}

/** Cuts `length` pixels into `count` equal spans that fade into each other. */
export function blendedSpans(length: number, count: number, multiple = 1, seam: Seam = SEAMS[0]): Span[] {
  const size = spanLength(length, count, multiple, seam), last = roundUp(length, multiple) - size;
  const starts = Array.from({ length: count }, (_, i) => count === 1 ? 0 : Math.round(i * last / (count - 1)));
  /** The fade between span i − 1 and span i, in the middle of what they share. */
  const fade = (i: number): [number, number] => {
    if (i === 0) return [0, 0];
    if (i === count) return [length, length];
    const from = Math.round((starts[i]! + starts[i - 1]! + size - seam.ramp) / 2);
    return [from, from + seam.ramp];
  };
  return starts.map((start, i) => ({ start, end: start + size, rise: fade(i), fall: fade(i + 1) }));
}

/**
 * The published test's split: ⌊length/200⌋ + 1 equal parts of the image (reflected at its end so that they are equal),
 * each seen with a tenth of its size more towards its neighbours, and cut there without blending.
 */
export function officialSpans(length: number): Span[] {
  const count = Math.floor(length / 200) + 1, padded = roundUp(length, count), size = padded / count;
  const shave = Math.floor(size / 10);
  return Array.from({ length: count }, (_, i) => ({
    start: i === 0 ? 0 : i * size - shave,
    end: i === count - 1 ? padded : (i + 1) * size + shave,
    rise: [i * size, i * size],
    fall: i === count - 1 ? [length, length] : [(i + 1) * size, (i + 1) * size],
  }));
}

/** Sum of the pixels that the model sees over all tiles. */
export function seenPixels({ rows, columns }: Tiling): number {
  const seen = (spans: readonly Span[]) => spans.reduce((sum, { start, end }) => sum + end - start, 0);
  return seen(rows) * seen(columns);
}
