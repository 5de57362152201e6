/**
 * How a selective scan becomes dispatches; the entry points are those of `selective_scan.wgsl`.
 *
 * @module
 */
import { encodeOrders, type Params, SCAN_ORDERS } from "../kernels.ts";
import type { Dispatch, Launch, OperandView } from "./launch.ts";
import { MOST_GROUPS, spread } from "./launch.ts";

/** The order that comes from a table; those before it are pairs of a walk and its reverse. */
const TABLE = SCAN_ORDERS.indexOf("table");

/** Threads of a walk that keep a large GPU busy: beyond that, longer segments cost less. */
const ENOUGH_THREADS = 65536;
/** Chains that do so well enough to save the exponentials of the summaries. */
const ENOUGH_CHAINS = 16384;
const SHORTEST_SEGMENT = 8;

/** Steps of a segment: as few as there is hardware to run the segments side by side, all of them when the rest fills it. */
function segmentLengthOf(p: Params<"selective_scan">): number {
  const chains = p.batch * p.channels;
  if (chains >= ENOUGH_CHAINS) return Math.max(1, p.stepCount);
  const length = Math.max(SHORTEST_SEGMENT, Math.ceil(p.stepCount * chains / ENOUGH_THREADS));
  return Math.max(1, Math.min(p.stepCount, length));
}

/** Pairs of direction and token, and of direction and segment, that `local` has room for. */
const LOCAL_STEPS = 448, LOCAL_SEGMENTS = 64;

/** Bytes that a channel of `local` takes: of those, and of each segment Σδ and four quads of states. */
const LOCAL_BYTES = 4 * LOCAL_STEPS + 68 * LOCAL_SEGMENTS;

/** Channels of a group of `local`: four read memory better than the two that WebGPU's default limits have room for. */
const localChannelsOf = (workgroupBytes: number): number => workgroupBytes >= 4 * LOCAL_BYTES ? 4 : 2;

/** Whether one group can hold a few channels of the whole scan. */
function isLocal(p: Params<"selective_scan">): boolean {
  return p.directions <= 2 && p.length * p.directions <= LOCAL_STEPS && p.stateSize <= 16 && p.carry === 0 &&
    p.stepCount === p.length && p.length > 0 && p.batch * p.channels < ENOUGH_CHAINS;
}

/** Threads and channels of a group of `cross`, and multiples of steps that it is made for, so that there are few. */
const CROSS_THREADS = 256, CROSS_CHANNELS = 4, CROSS_STEPS = 256;

/** Steps that `cross` has room for in a scan of so many; 1 where it does not serve. */
function crossStepsOf(p: Params<"selective_scan">, workgroupBytes: number): number {
  const steps = Math.ceil(p.length / CROSS_STEPS) * CROSS_STEPS, quads = Math.ceil(p.stateSize / 4);
  const bytes = 8 * steps * CROSS_CHANNELS + (4 + 16 * quads) * CROSS_THREADS +
    64 * CROSS_CHANNELS * Math.max(1, Math.ceil(p.rank / 16));
  const tables = Array.from({ length: p.directions }, (_, k) => p.orders >>> 4 * k & 15).some((order) =>
    order >= TABLE
  );
  return p.directions > 2 && !tables && p.stateSize <= 8 && p.carry === 0 && p.stepCount === p.length &&
      p.length > 0 && bytes <= workgroupBytes && p.batch * p.channels < ENOUGH_CHAINS
    ? steps
    : 1;
}

/** Chains from which whole walks that never wait for memory beat `local`, and walks from which they beat segments. */
const MANY_CHAINS = 4096, MANY_WALKS = 8192;
/** Threads of a `fed` group that walk, and quads of the projection that the others load for four steps of each. */
const WALKERS = 128, TURN_QUADS = 192;

/** Orders of one direction over rows of tokens, and of two from both ends. */
const ALONG: readonly number[] = [encodeOrders(["row"]), encodeOrders(["rowReversed"])];
const FROM_BOTH_ENDS: readonly number[] = [encodeOrders(["row", "rowReversed"]), encodeOrders(["rowReversed", "row"])];

/** Whether there are enough whole walks over rows of tokens, by one direction or by two from both ends. */
function isFed(p: Params<"selective_scan">): boolean {
  const rowOrders = p.directions === 1
    ? ALONG.includes(p.orders)
    : p.directions === 2 && FROM_BOTH_ENDS.includes(p.orders);
  const rowQuads = Math.ceil(p.rank / 4) + 2 * Math.ceil(p.stateSize / 4);
  return rowOrders && p.stateSize <= 16 && p.groups === 1 && 4 * p.directions * rowQuads <= TURN_QUADS &&
    p.carry === 0 && p.accumulate === 0 && p.stepCount === p.length && p.length > 0 &&
    p.batch * p.channels >= (isLocal(p) ? MANY_CHAINS : MANY_WALKS / p.directions);
}

/** Elements a projection row can be read in at once: every row and every part of it starts at a multiple. */
function wordOf(p: Params<"selective_scan">, offset: number): 1 | 2 | 4 {
  const deltas = p.rank || p.channels;
  const rows = [offset, p.projectionStride, p.projectionStep];
  // With one group C starts at deltas + stateSize; groups only add multiples of the state size. A single state is read as one
  // element, but by `fed`.
  const starts = p.stateSize === 1 && !isFed(p) ? rows : [...rows, deltas, p.stateSize];
  const fits = (word: number) => starts.every((start) => start % word === 0);
  return fits(4) ? 4 : fits(2) ? 2 : 1;
}

/**
 * Directions that one thread can walk after the other over the same tokens: a row order and its reverse, a column order
 * and its reverse. Each set is one dispatch; sets follow each other, as all add to one output.
 */
function setsOf(p: Params<"selective_scan">): { readonly walked: number; readonly mirrored: number }[] {
  const sets: { walked: number; mirrored: number }[] = [];
  const byWalk = new Map<number, { walked: number; mirrored: number }>();
  for (let k = 0; k < p.directions; k++) {
    const order = p.orders >>> 4 * k & 15, bit = 1 << k;
    const set = order < TABLE && p.stepCount === p.length ? byWalk.get(order >> 1) : undefined;
    const mirrored = order < TABLE && p.stepCount === p.length && order & 1 ? bit : 0;
    if (set) {
      set.walked |= bit;
      set.mirrored |= mirrored;
      continue;
    }
    const fresh = { walked: bit, mirrored };
    sets.push(fresh);
    if (order < TABLE) byWalk.set(order >> 1, fresh);
  }
  return sets;
}

/** Extras of the shader before the number of the first image. */
const EXTRAS = 5;

/** The dispatches of a scan, each for as many images as one dimension of a grid holds. */
export function planScan(p: Params<"selective_scan">, view: OperandView): Launch {
  const { dispatches, ...rest } = planImages(p, view);
  const ofImages = ({ extras = [], groups: [x, y, images], ...dispatch }: Dispatch): Dispatch[] =>
    Array.from({ length: Math.ceil(images / MOST_GROUPS) }, (_, i) => ({
      ...dispatch,
      extras: [...extras, ...Array<number>(EXTRAS - extras.length).fill(0), i * MOST_GROUPS],
      groups: [x, y, Math.min(MOST_GROUPS, images - i * MOST_GROUPS)],
    }));
  return { ...rest, dispatches: dispatches.flatMap(ofImages) };
}

/** All images at once: one dispatch when a scan or an image is small or its chains fill the GPU, else summaries, their combination, the walk. */
function planImages(p: Params<"selective_scan">, { has, offset, workgroupBytes }: OperandView): Launch {
  const kernel = "selective_scan", WORKGROUP = 64;
  const dispatches: Dispatch[] = [];
  const segmentLength = segmentLengthOf(p);
  // A scan of no steps still hands its state on.
  const segments = Math.max(1, Math.ceil(p.stepCount / segmentLength));
  const segmented = segments > 1;
  const word = wordOf(p, offset("projection")), LOCAL_CHANNELS = localChannelsOf(workgroupBytes);
  const CROSS_STEPS = crossStepsOf(p, workgroupBytes);
  const common = {
    kernel,
    include: [`words_${word}`],
    constants: {
      WORKGROUP,
      STATE: p.stateSize,
      RANK: p.rank,
      HAS_Z: has("z"),
      DIRECTIONS: p.directions,
      LOCAL_CHANNELS,
      CROSS_STEPS,
      CROSS_CHANNELS,
      // Wide rows are read once for all channels where there are tokens enough for all threads.
      AT_ONCE: CROSS_STEPS > 1 && p.length >= CROSS_THREADS / 2 ? CROSS_CHANNELS : 1,
    },
  } as const;
  if (isFed(p)) {
    return {
      dispatches: [{ ...common, entry: "fed", groups: [Math.ceil(p.channels * p.directions / WALKERS), 1, p.batch] }],
    };
  }
  if (isLocal(p)) {
    const segments = LOCAL_SEGMENTS / p.directions;
    const extras = [segments, Math.ceil(p.length / segments), 0, 0, p.accumulate];
    const groups = [Math.ceil(p.channels / LOCAL_CHANNELS), 1, p.batch] as const;
    return { dispatches: [{ ...common, entry: "local", extras, groups }] };
  }
  if (CROSS_STEPS > 1) {
    const segmentLength = Math.ceil(p.length / (CROSS_THREADS / CROSS_CHANNELS));
    const extras = [Math.ceil(p.length / segmentLength), segmentLength, 0, 0, p.accumulate];
    const groups = [Math.ceil(p.channels / CROSS_CHANNELS), 1, p.batch] as const;
    return { dispatches: [{ ...common, entry: "cross", extras, groups }] };
  }
  const sets = setsOf(p);
  const all = 2 ** p.directions - 1, mirrored = sets.reduce((bits, set) => bits | set.mirrored, 0);
  const threads = Math.ceil(segments * p.channels / WORKGROUP);
  const extras = [segments, segmentLength, mirrored];

  const partial = p.stepCount < p.length && !p.accumulate;
  if (partial) {
    const [x, y] = spread(Math.ceil(p.length * p.channels / 64));
    dispatches.push({ ...common, entry: "clear", extras, groups: [x, y, p.batch] });
  }
  const walk = (walked: number, first: boolean): Dispatch => ({
    ...common,
    extras: [...extras, walked, first && !partial ? p.accumulate : 1],
    groups: [threads, 1, p.batch],
  });
  if (!segmented) {
    dispatches.push(walk(all, true));
    return { dispatches };
  }
  const quads = Math.ceil(p.stateSize / 4);
  dispatches.push({ ...common, entry: "summarise", extras, groups: [threads, p.directions, p.batch] });
  dispatches.push({
    ...common,
    entry: "combine",
    extras,
    groups: [quads * Math.ceil(p.channels / 4), p.directions, p.batch],
  });
  sets.forEach(({ walked }, i) => dispatches.push(walk(walked, i === 0)));
  return { dispatches, scratch: p.batch * p.directions * segments * (quads + 1) * p.channels * 4 };
}
