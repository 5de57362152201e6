/**
 * Pillow's resampling (Resample.c): weights in fixed point for 8 bits, in floating point for 16, each pass rounded. Rows
 * may come and go one at a time, so that neither image is held whole.
 *
 * @module
 */
import type { Steps } from "../bytes/turns.ts";
import { checkSize, type Pixels } from "./pixels.ts";

/** A kernel and how far it reaches. */
export interface Filter {
  readonly support: number;
  readonly at: (x: number) => number;
}

/** Keys' cubic with a = −0.5. */
export const BICUBIC: Filter = {
  support: 2,
  at(x) {
    const d = Math.abs(x);
    if (d < 1) return ((-0.5 + 2) * d - (-0.5 + 3)) * d * d + 1;
    if (d < 2) return (((d - 5) * d + 8) * d - 4) * -0.5;
    return 0;
  },
};

const sinc = (x: number): number => x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);

/** Lanczos of three lobes. */
export const LANCZOS: Filter = { support: 3, at: (x) => x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0 };

/** Fraction bits of the weights for 8 bits (`PRECISION_BITS`). */
const PRECISION_BITS = 32 - 8 - 2;

/** For each output position the first input position and `size` weights. */
interface Taps {
  readonly size: number;
  readonly first: Int32Array; // [out]
  readonly count: Int32Array; // [out]
  readonly weights: Int32Array | Float64Array; // [out, size]
}

/** `precompute_coeffs`, and `normalize_coeffs_8bpc` unless `wide`. */
function tapsOf(input: number, output: number, filter: Filter, wide: boolean): Taps {
  const scale = input / output, widening = Math.max(scale, 1), support = filter.support * widening;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(output), count = new Int32Array(output);
  const weights = wide ? new Float64Array(output * size) : new Int32Array(output * size);
  const real = new Float64Array(size);
  for (let o = 0; o < output; o++) {
    const centre = (o + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(input, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += real[k] = filter.at((k + from - centre + 0.5) * (1 / widening));
    first[o] = from;
    count[o] = taps;
    for (let k = 0; k < taps; k++) {
      const weight = sum === 0 ? real[k]! : real[k]! / sum;
      if (wide) weights[o * size + k] = weight;
      else weights[o * size + k] = weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5); // storing truncates
    }
  }
  return { size, first, count, weights };
}

type Samples = Pixels["data"];

const samplesOf = (length: number, wide: boolean): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> =>
  wide ? new Uint16Array(length) : new Uint8Array(length);

/** Rounds a sum of weighed samples and clamps it to a sample. */
function rounded(sum: number, wide: boolean): number {
  const value = wide ? Math.floor(sum + 0.5) : sum >> PRECISION_BITS, most = wide ? 65535 : 255;
  return value < 0 ? 0 : value > most ? most : value;
}

const start = (wide: boolean): number => wide ? 0 : 1 << (PRECISION_BITS - 1);

/** The pass along x of one row: every output pixel is a weighted sum of the row. */
function columnPass(input: number, output: number, channels: number, filter: Filter, wide: boolean) {
  if (input === output) return (row: Samples) => row;
  const { size, first, count, weights } = tapsOf(input, output, filter, wide);
  return (row: Samples): Samples => {
    const out = samplesOf(output * channels, wide);
    for (let x = 0, o = 0; x < output; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = start(wide);
        for (let k = 0, i = first[x]! * channels + c; k < count[x]!; k++, i += channels) {
          sum += row[i]! * weights[x * size + k]!;
        }
        out[o++] = rounded(sum, wide);
      }
    }
    return out;
  };
}

/** The pass along y: rows in, and the rows out that they complete. */
function rowPass(input: number, output: number, filter: Filter, wide: boolean) {
  if (input === output) return (row: Samples) => [row];
  const { size, first, count, weights } = tapsOf(input, output, filter, wide);
  const held = new Map<number, Samples>();
  let arrived = 0, made = 0;
  return (row: Samples): Samples[] => {
    held.set(arrived++, row);
    const ready: Samples[] = [];
    while (made < output && first[made]! + count[made]! <= arrived) {
      const sums = wide ? new Float64Array(row.length) : new Int32Array(row.length).fill(start(false));
      for (let k = 0; k < count[made]!; k++) {
        const weight = weights[made * size + k]!, source = held.get(first[made]! + k)!;
        for (let i = 0; i < row.length; i++) sums[i]! += source[i]! * weight;
      }
      const out = samplesOf(row.length, wide);
      for (let i = 0; i < row.length; i++) out[i] = rounded(sums[i]!, wide);
      ready.push(out);
      made++;
      const needed = made < output ? first[made]! : arrived;
      for (const at of held.keys()) if (at < needed) held.delete(at);
    }
    return ready;
  };
}

/** Sizes before and after. */
export interface Resampling {
  readonly from: { readonly width: number; readonly height: number };
  readonly to: { readonly width: number; readonly height: number };
  readonly channels: number;
  readonly wide: boolean;
  readonly filter: Filter;
}

/**
 * Rows in, and the rows out that they complete.
 *
 * @throws {RangeError} If the new size is not made of positive integers.
 */
export function rowResampler({ from, to, channels, wide, filter }: Resampling): (row: Samples) => Samples[] {
  checkSize(to.width, to.height, Infinity);
  const columns = columnPass(from.width, to.width, channels, filter, wide);
  const rows = rowPass(from.height, to.height, filter, wide);
  // Rounding between the passes makes their order visible; Pillow 13 starts with rows if height shrinks much more.
  const surplus = from.height - to.height;
  return surplus > 0 && surplus > 2 * (from.width - to.width)
    ? (row) => rows(row).map(columns)
    : (row) => rows(columns(row));
}

/** The resized image, made of rows that are asked for from the top. */
export function* resampleRows(sizes: Resampling, rowOf: (y: number) => Samples): Steps<Samples> {
  const { from, to, channels, wide } = sizes, push = rowResampler(sizes);
  const out = samplesOf(to.width * to.height * channels, wide);
  for (let y = 0, at = 0; y < from.height; y++) {
    const before = at;
    for (const row of push(rowOf(y))) {
      out.set(row, at);
      at += row.length;
    }
    yield from.width * channels + at - before;
  }
  return out;
}

/** Resizes a whole image; each channel alone. Asked for the size it has, the image itself is returned. */
export function* resample(source: Pixels, width: number, height: number, filter: Filter): Steps<Pixels> {
  checkSize(width, height, Infinity);
  if (width === source.width && height === source.height) return source;
  const { data, channels } = source, stride = source.width * channels;
  const sizes = { from: source, to: { width, height }, channels, wide: data instanceof Uint16Array, filter };
  const resized = yield* resampleRows(sizes, (y) => data.subarray(y * stride, (y + 1) * stride));
  return { ...source, data: resized, width, height };
}
