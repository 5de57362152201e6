/**
 * Rounding weights to 8 bits; `int8.ts` says how they are stored.
 *
 * @module
 */
import { printable } from "../bytes/errors.ts";
import { sizeOf } from "../tensor.ts";
import { decodeF16, narrowF16 } from "./half.ts";
import { channelOf } from "./int8.ts";

/** Largest whole number; −128 is left out so that both signs reach equally far. */
const LARGEST = 127;
/** Elements of an output channel from which on 8 bits and a factor take less than 16 bits. */
const LEAST_INNER = 4;
/** Factors that are tried for a channel, between those where its largest element becomes 127.4 and 112. */
const TRIES = 24;
const FINEST = 127.4, COARSEST = 112;
/** Factors that 16 bits hold with all their digits. */
const LEAST_HALF = 2 ** -14, MOST_HALF = 65_504;
/** Smallest factor, below which single precision has fewer digits. */
const SMALLEST = 2 ** -126;

/** Logarithms of decays. */
const DECAYS = /(^|[._])A(_\w+)?_logs?$/;

/** Filters next to the picture: what they are off by, nothing evens out. Where they are few they stay in 16 bits. */
const NEXT_TO_PICTURE = /(^|\.)(conv_first|conv_last|upsample|patch_embed)\./, FEW = 8192;

/** The shape of the factors of a weight. */
export function scaleShape(name: string, shape: readonly number[]): number[] {
  if (DECAYS.test(name)) return shape.map((size, axis) => axis === shape.length - 1 ? size : 1);
  const kept = shape.length === 3 ? 2 : 1;
  return shape.map((size, axis) => axis < kept ? size : 1);
}

/** Whether a tensor is stored in 8 bits: a matrix, or filters, but not what is added, nor what is next to the picture. */
export function isMatrix(name: string, shape: readonly number[]): boolean {
  const elements = sizeOf(shape);
  const kept = /bias$/.test(name) || elements <= FEW && NEXT_TO_PICTURE.test(name);
  return shape.length >= 2 && elements > 0 && !kept &&
    elements / sizeOf(scaleShape(name, shape)) >= LEAST_INNER;
}

/** A factor in the precision that it is stored in, rounded up. */
function roundUp(factor: number, half: boolean): number {
  if (!half) return Math.fround(factor * (1 + 2 ** -24));
  const { bytes } = narrowF16(Float32Array.of(factor * (1 + 2 ** -11)));
  return decodeF16(bytes[0]! | bytes[1]! << 8);
}

/** The factor of a channel with the least squared error, of those that clip no element. */
function factorOf(channel: Float32Array, largest: number, half: boolean): number {
  if (largest === 0) return 1;
  let best = 0, least = Infinity;
  for (let i = 0; i < TRIES; i++) {
    const reach = FINEST + (COARSEST - FINEST) * i / (TRIES - 1);
    const factor = roundUp(Math.max(SMALLEST, largest / reach), half);
    let error = 0;
    for (const value of channel) error += (value / factor - Math.round(value / factor)) ** 2 * factor ** 2;
    if (error > least || factor === best) continue;
    least = error;
    best = factor;
  }
  return best;
}

/** Factors of a weight. */
export interface Factors {
  /** One for each output channel. */
  readonly values: Float32Array<ArrayBuffer>;
  /** F16 where that holds them all. */
  readonly dtype: "F16" | "F32";
}

/** The factors of a weight of finite numbers, row-major: for each output channel the best that clips nothing. */
export function factorsOf(name: string, data: Float32Array, shape: readonly number[]): Factors {
  const scale = scaleShape(name, shape),
    count = sizeOf(scale),
    inner = data.length / count,
    of = channelOf(shape, scale);
  const channels = Array.from({ length: count }, () => new Float32Array(inner));
  const filled = new Uint32Array(count), largest = new Float64Array(count);
  for (const [i, value] of data.entries()) {
    const channel = of(i);
    channels[channel]![filled[channel]!++] = value;
    largest[channel] = Math.max(largest[channel]!, Math.abs(value));
  }
  const half = largest.every((value) =>
    value === 0 || value / FINEST >= LEAST_HALF && value / COARSEST * 1.01 <= MOST_HALF
  );
  const values = Float32Array.from(channels, (channel, i) => factorOf(channel, largest[i]!, half));
  return { values, dtype: half ? "F16" : "F32" };
}

/** A weight in 8 bits by its factors: every element is at most half of its channel's factor from `result · factor`. */
export function narrowInt8(
  data: Float32Array,
  shape: readonly number[],
  scale: readonly number[],
  factors: Float32Array,
): Int8Array<ArrayBuffer> {
  const of = channelOf(shape, scale);
  return Int8Array.from(data, (value, i) => {
    return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / factors[of(i)]!)));
  });
}

/** Refuses numbers that 8 bits cannot hold. */
export function expectFinite(name: string, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new RangeError(
    `Cannot convert tensor "${
      printable(name)
    }" to int8 as its numbers must be finite: current value at index ${at} is ${values[at]}`,
  );
}
