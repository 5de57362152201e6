/**
 * How a kernel call is cut into shares that threads take: ranges of rows, of panels of outputs, or of what the kernel
 * itself cuts (channels of a scan). Every result is computed as in the whole call, so its bits do not depend on the cut.
 *
 * @module
 */
import type { KernelName } from "../kernels.ts";

/** Operands (byte offsets, 0: absent) and parameters of a call by name. */
export type Arguments = Readonly<Record<string, number>>;

/** One share of a call. */
export interface Share {
  /** Arguments that are others than in the whole call. */
  readonly changes: Arguments;
  /** For a kernel that cuts itself, behind its scratch: which part of how many; of a scan also from and to which direction. */
  readonly part?: readonly number[];
  /** How many places before this one the share stands that must be done first. */
  readonly after?: number;
}

/** How finely a call is cut. */
interface Room {
  readonly threads: number;
  /** Shares that are wanted of what is cheap to cut. */
  readonly parts: number;
}

type Cut = (args: Arguments, room: Room) => readonly Share[];

/** The whole call. */
const WHOLE: readonly Share[] = [{ changes: {} }];

/** Outputs in a panel of a packed product; `COLUMNS` of `rust-kernels/src/gemm.rs`. */
const PANEL = 8;
/** Rows that stay together: whole tiles of both builds; a product of one row alone takes another path. */
const ROWS = 12;
const FLOAT = 4;

/** Most shares that a thread gets: one that comes late, or whose core is slow, leaves little behind. */
export const SHARES_EACH = 8;
/** Milliseconds of one core that a share is worth. */
const LEAST = 0.03;

/** Equal ranges of `total`, cut at multiples of `step`; the last one takes the rest. */
function ranges(total: number, parts: number, step = 1): (readonly [from: number, to: number])[] {
  const units = Math.floor(total / step), count = Math.min(parts, Math.max(1, units));
  const edge = (i: number): number => i === count ? total : Math.floor(i * units / count) * step;
  return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1)] as const);
}

/** `changes`, and some operands moved by a number of floats; an absent one stays absent. */
function moved(args: Arguments, changes: Record<string, number>, floats: Arguments): Arguments {
  for (const name in floats) if (args[name]) changes[name] = args[name]! + FLOAT * floats[name]!;
  return changes;
}

/** Rows that each operand advances by its own stride. */
const byRows = (strides: Readonly<Record<string, string>>, step = ROWS): Cut => (args, { parts }) =>
  ranges(args.rows!, parts, step).map(([from, to]) => {
    const changes: Record<string, number> = { rows: to - from };
    for (const name in strides) if (args[name]) changes[name] = args[name]! + FLOAT * from * args[strides[name]!]!;
    return { changes };
  });

/** Rows of a product from which on it is worth fetching all of the weight for them. */
const MANY_ROWS = 24;

/**
 * Rows of a product, or panels of its outputs where the rows are few, two for each thread as every share norms all rows. `half`:
 * the weight has two numbers a word.
 */
const cutLinear: Cut = (args, room) => {
  const { rows, outer, inner, groups } = args as Record<"rows" | "outer" | "inner" | "groups", number>;
  if (groups > 1) return byRows({ x: "xStride", out: "outStride" })(args, room);
  const parts = 2 * room.threads;
  if (rows >= parts * MANY_ROWS) return byRows({ x: "xStride", out: "outStride" }, MANY_ROWS)(args, room);
  return ranges(outer, parts, PANEL).map(([from, to]) => {
    const floats = { weight: from * inner / (args.half ? 2 : 1), bias: from, scale: from, out: from };
    return { changes: moved(args, { outer: to - from }, floats) };
  });
};

/** Rows of an image, which the kernel takes as a band. */
const byBands: Cut = (args, { parts }) =>
  ranges(args.rowCount!, parts).map(([from, to]) => ({
    changes: { firstRow: args.firstRow! + from, rowCount: to - from },
  }));

/** What the kernel cuts itself. */
const inParts = (parts: number): readonly Share[] =>
  Array.from({ length: parts }, (_, part) => ({ changes: {}, part: [part, parts] }));

/** Windows of all heads and images. */
const cutAttention: Cut = (args, { parts }) => {
  const { batch, rowCount, width, window, heads } = args as Record<
    "batch" | "rowCount" | "width" | "window" | "heads",
    number
  >;
  return inParts(Math.min(parts, heads * batch * rowCount * width / window));
};

/**
 * Panels of channels of all images, and directions: each walks the whole sequence, so there are few and even ones are wanted. A
 * direction adds to what the one before it wrote, so it comes after the same panels of that one.
 */
const cutScan: Cut = (args, { threads }) => {
  const { batch, groups, channels, directions } = args as Record<
    "batch" | "groups" | "channels" | "directions",
    number
  >;
  const panels = batch * groups * Math.ceil(channels / groups / PANEL);
  /** Panels that the busiest thread walks with so many ranges. */
  const busiest = (parts: number) => Math.ceil(parts * directions / threads) * Math.ceil(panels / parts);
  const most = Math.min(panels, Math.floor(SHARES_EACH * threads / directions));
  let parts = Math.max(1, Math.min(threads, most));
  for (let more = parts + 1; more <= most; more++) if (busiest(more) < busiest(parts)) parts = more;
  return Array.from({ length: parts * directions }, (_, i) => {
    const direction = Math.floor(i / parts);
    return {
      changes: {},
      part: [i % parts, parts, direction, direction + 1],
      ...(direction > 0 ? { after: parts } : {}),
    };
  });
};

/** Rows of a, where each meets the row of b that it meets in the whole call. */
const cutBinary: Cut = (args, room) => {
  const { rows, bRows, bRepeat } = args as Record<"rows" | "bRows" | "bRepeat", number>;
  if (bRows === 1) return byRows({ a: "aStride", out: "outStride" })(args, room);
  if (bRows * bRepeat < rows) return byRows({ a: "aStride", out: "outStride" }, bRows * bRepeat)(args, room);
  return ranges(rows, room.parts, bRepeat).map(([from, to]) => {
    const floats = { a: from * args.aStride!, out: from * args.outStride!, b: from / bRepeat * args.bStride! };
    return { changes: moved(args, { rows: to - from, bRows: Math.ceil((to - from) / bRepeat) }, floats) };
  });
};

/** Rows that are gathered; several images only as a whole. */
const cutGather: Cut = (args, { parts }) => {
  if (args.batch !== 1) return WHOLE;
  const walked = args.through ? "through" : "index";
  return ranges(args.count!, parts).map(([from, to]) => {
    const counts = { count: to - from, ...args.through ? {} : { indices: to - from } };
    return { changes: moved(args, counts, { [walked]: from, out: from * args.outStride! }) };
  });
};

/** Rows of the small image; several images only as a whole. */
const cutShuffle: Cut = (args, { parts }) => {
  const { batch, height, width, scale, inverse } = args as Record<
    "batch" | "height" | "width" | "scale" | "inverse",
    number
  >;
  if (batch !== 1) return WHOLE;
  return ranges(height, parts).map(([from, to]) => {
    const small = from * width, large = small * scale ** 2;
    const floats = { x: (inverse ? large : small) * args.xStride!, out: (inverse ? small : large) * args.outStride! };
    return { changes: moved(args, { height: to - from }, floats) };
  });
};

const NORM = byRows({ x: "xStride", residual: "residualStride", gate: "gateStride", out: "outStride" });

/** Kernels that are cut; the others are too short, or sums over all their rows. */
const CUTS: Partial<Readonly<Record<KernelName, Cut>>> = {
  linear: cutLinear,
  conv2d: byBands,
  depthwise_conv2d: byBands,
  attention: cutAttention,
  causal_conv1d: (_, { threads }) => inParts(threads),
  selective_scan: cutScan,
  rms_norm: NORM,
  layer_norm: NORM,
  unary: byRows({ x: "xStride", out: "outStride" }),
  binary: cutBinary,
  gather_rows: cutGather,
  pixel_shuffle: cutShuffle,
};

/**
 * Cuts a call into at most `SHARES_EACH` shares a thread, fewer of one that takes few milliseconds of one core; one share is the
 * whole call.
 */
export function sharesOf(
  kernel: KernelName,
  args: Arguments,
  threads: number,
  milliseconds = Infinity,
): readonly Share[] {
  const each = Math.min(SHARES_EACH, Math.max(1, Math.floor(milliseconds / threads / LEAST)));
  return CUTS[kernel]?.(args, { threads, parts: threads * each }) ?? WHOLE;
}
