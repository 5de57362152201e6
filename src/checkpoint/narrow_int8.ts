/**
 * Rounding weights to 8 bits; `int8.ts` says how they are stored.
 *
 * @module
 */
import { printable } from "../bytes/errors.ts";
import { sizeOf } from "../tensor.ts";
import type { Entry } from "./checkpoint.ts";
import { decodeF16, narrowF16 } from "./half.ts";
import { channelOf, scaleName } from "./int8.ts";
import { safetensorsBytes, type Writable } from "./safetensors.ts";

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

/** A file in 8 bits takes at most this share of one in f32; what is left of it goes to tensors that stay in 16 bits. */
const SHARE = 0.2998;
/** What stays in 16 bits if there is room, the most sensitive first. Nothing evens out what is next to the picture or the answer. */
const SENSITIVE: readonly RegExp[] = [
  /(^|\.)upsample\./,
  /(^|\.)(conv_first|conv_last|patch_embed|head)\./,
  /(^|\.)pos_embed$|(^|[._])A(_\w+)?_logs?$/,
];

/** The shape of the factors of a weight. */
export function scaleShape(name: string, shape: readonly number[]): number[] {
  if (DECAYS.test(name)) return shape.map((size, axis) => axis === shape.length - 1 ? size : 1);
  const kept = shape.length === 3 ? 2 : 1;
  return shape.map((size, axis) => axis < kept ? size : 1);
}

/** A tensor by what is known of it before it is read. */
type Named = Pick<Entry, "name" | "shape">;

/** Whether a tensor can be stored in 8 bits: a matrix, or filters, but not what is added. */
export function isMatrix({ name, shape }: Named): boolean {
  const elements = sizeOf(shape);
  return shape.length >= 2 && elements > 0 && !/bias$/.test(name) &&
    elements / sizeOf(scaleShape(name, shape)) >= LEAST_INNER;
}

/**
 * How late a tensor goes to 8 bits: first those of the table, then single filters a channel, then what the last and the first
 * block write, and what the first block reads.
 */
function rankOf({ name, shape }: Named, blocks: number): number {
  const listed = SENSITIVE.findIndex((pattern) => pattern.test(name)), block = blockOf(name);
  if (listed >= 0) return listed;
  if (shape.length > 2 && shape[1] === 1) return SENSITIVE.length;
  const next = SENSITIVE.length + 1;
  if (/(^|\.)out_proj\./.test(name)) return next + Math.min(2 * (blocks - block), 2 * block + 1);
  return /(^|\.)in_proj\./.test(name) ? next + 2 * block + 1.5 : Infinity;
}

/** The outermost number in a name: the block of a net. */
const blockOf = (name: string): number => Number(/\.(\d+)\./.exec(name)?.[1] ?? -1);

/** A tensor as the header of a file tells it. */
type Row = Omit<Writable, "bytes">;

/** A weight in 8 bits and its factors, as they lie in a file. */
const int8Rows = ({ name, shape }: Named): Row[] => [
  { name: scaleName(name), dtype: "F16", shape: scaleShape(name, shape) },
  { name, dtype: "I8", shape },
];

/** Names of the tensors that are stored in 8 bits. Those that nothing evens out stay in 16 while the file is small enough. */
export function chooseInt8(tensors: readonly Named[], metadata: Readonly<Record<string, string>> = {}): Set<string> {
  const chosen = new Set<string>(), rows = (dtype: "F32" | "F16") => tensors.map((tensor) => ({ ...tensor, dtype }));
  const smallest = rows("F16").flatMap((row): Row[] => isMatrix(row) ? int8Rows(row) : [row]);
  let room = SHARE * safetensorsBytes(rows("F32"), metadata) - safetensorsBytes(smallest, metadata);
  /** Bytes that 8 bits save: those of the factors and of their row in the header are more. */
  const saves = (tensor: Named): number =>
    safetensorsBytes([{ ...tensor, dtype: "F16" }]) - safetensorsBytes(int8Rows(tensor));
  const matrices = tensors.filter(isMatrix), blocks = Math.max(...matrices.map(({ name }) => blockOf(name)));
  for (const { name } of matrices) chosen.add(name);
  const ranks = new Map(matrices.map((tensor) => [tensor, rankOf(tensor, blocks)]));
  const order = matrices.toSorted((a, b) => ranks.get(a)! - ranks.get(b)! || saves(a) - saves(b));
  for (const tensor of order) {
    if (saves(tensor) > room) continue;
    chosen.delete(tensor.name);
    room -= saves(tensor);
  }
  return chosen;
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
