/**
 * How a kernel call becomes dispatches: which entry point of its shader, with which constants, over how many workgroups.
 * Only what changes the structure of a shader is a constant; sizes and strides stay parameters, so that a model needs few
 * pipelines.
 *
 * @module
 */
import { BINARY_OPERATIONS, CARRY_OUT, type KernelName, type Params, ROW_NORMS } from "../kernels.ts";
import { type Dispatch, type Groups, type Launch, MOST_GROUPS, type OperandView, spread } from "./launch.ts";
import { planScan } from "./scan_grid.ts";

type Plan<K extends KernelName> = (p: Params<K>, view: OperandView) => Launch;

/** Groups of 64 threads for one thread an element. */
const perElement = (elements: number): Groups => spread(Math.ceil(elements / 64));

const once = (dispatch: Dispatch): Launch => ({ dispatches: [dispatch] });

/** Shape of the tiles of a matrix product; TALL and WIDE double the 4 × 4 results of a thread. */
interface Tile {
  readonly TILE_M: number;
  readonly TILE_N: number;
  readonly TILE_K: number;
  readonly TALL: boolean;
  readonly WIDE: boolean;
}

const tile = (TILE_M: number, TILE_N: number, TILE_K: number, TALL: boolean, WIDE: boolean): Tile => ({
  TILE_M,
  TILE_N,
  TILE_K,
  TALL,
  WIDE,
});

/** From those that read least to those that give a small problem the most workgroups. */
const TILES: readonly Tile[] = [
  tile(128, 128, 16, true, true),
  tile(128, 64, 16, true, false),
  tile(64, 64, 32, false, false),
  tile(32, 64, 16, false, false),
  tile(32, 32, 16, false, false),
];
/** Tiles whose inputs are shared out to 16, 8 and 4 threads a result. */
const SPLIT_TILES: readonly Tile[] = [
  tile(32, 32, 16, false, false),
  tile(16, 32, 16, false, false),
  tile(16, 16, 16, false, false),
];

const tilesOf = (rows: number, outer: number, { TILE_M, TILE_N }: Tile): number =>
  Math.ceil(rows / TILE_M) * Math.ceil(outer / TILE_N);

/** Workgroups that occupy a large GPU. */
const MANY_GROUPS = 256;

/** Whether tiles reach hardly further past the last column than the smallest would. */
const fits = (outer: number, { TILE_N }: Tile): boolean =>
  Math.ceil(outer / TILE_N) * TILE_N <= 1.25 * 32 * Math.ceil(outer / 32);

function tileOf(rows: number, outer: number, groups = 1): Tile {
  return TILES.find((tile) => fits(outer, tile) && groups * tilesOf(rows, outer, tile) >= MANY_GROUPS) ?? TILES.at(-1)!;
}

/** The tile whose results are split, when whole tiles would not occupy the GPU. */
function splitTileOf(rows: number, outer: number, groups = 1): Tile | undefined {
  if (groups * tilesOf(rows, outer, TILES.at(-1)!) >= 2 * MANY_GROUPS) return undefined;
  return SPLIT_TILES.find((tile) => groups * tilesOf(rows, outer, tile) >= MANY_GROUPS) ?? SPLIT_TILES.at(-1)!;
}

function tiles(rows: number, outer: number, tile: Tile, groups = 1): Groups {
  const down = Math.ceil(rows / tile.TILE_M);
  const z = Math.max(1, Math.ceil(down / MOST_GROUPS));
  return [groups * Math.ceil(outer / tile.TILE_N), Math.ceil(down / z), z];
}

/** Which of some operands there are, in bits. A parameter: as constants they would make many times the pipelines. */
const givenOf = ({ has }: OperandView, ...names: readonly string[]): number =>
  names.reduce((bits, name, i) => has(name) ? bits | 1 << i : bits, 0);

const allDivide = (...sizes: readonly number[]): boolean => sizes.every((size) => size % 4 === 0);

/** How a product reads and writes: in quads, or one by one; its weights as f32 or f16. */
const words = ({ half }: OperandView, inputs: boolean, results: boolean) =>
  [
    inputs ? "input_4" : "input_1",
    results ? "output_4" : "output_1",
    half("weight") ? "weight_16" : "weight_32",
  ] as const;

/** Columns from which the norm of a split product costs less by itself than in each of its tiles, where those are many. */
const NORM_APART = 128;

/** Whether a product's layer norm is to be a kernel of its own before it. */
export const normsApart = (p: Params<"linear">): boolean =>
  ROW_NORMS[p.norm] === "layer" && p.groups === 1 && p.inner >= NORM_APART && p.outer >= 2 * p.inner &&
  splitTileOf(p.rows, p.outer) !== undefined;

const linear: Plan<"linear"> = (p, view) => {
  const split = splitTileOf(p.rows, p.outer, p.groups), tile = split ?? tileOf(p.rows, p.outer, p.groups);
  const inputs = allDivide(...["x", "normWeight", "normBias"].map(view.offset), p.xStride, p.inner);
  const results = allDivide(view.offset("out"), p.outStride, p.outer);
  return once({
    kernel: "linear",
    entry: split ? "split" : "main",
    include: [...words(view, inputs, results), `join_${p.norm === 0 ? 0 : split ? 2 : 1}`],
    constants: { ...tile, NORM: p.norm, GROUPED: p.groups > 1 },
    extras: [givenOf(view, "bias", "scale", "normBias")],
    groups: tiles(p.rows, p.outer, tile, p.groups),
  });
};

const conv2d: Plan<"conv2d"> = (p, view) => {
  const outHeight = Math.floor((p.height + 2 * p.padding - p.kernelHeight) / p.stride) + 1;
  const outWidth = Math.floor((p.width + 2 * p.padding - p.kernelWidth) / p.stride) + 1;
  const rows = p.batch * p.rowCount * outWidth;
  const split = splitTileOf(rows, p.outChannels), tile = split ?? tileOf(rows, p.outChannels);
  const CONTIGUOUS = p.xStride === p.inChannels;
  // Runs start at multiples of 4 when pixels do, or when no run is cut and the first of each line does.
  const ALIGNED = allDivide(view.offset("x"), p.xStride, p.inChannels) ||
    CONTIGUOUS && p.padding === 0 &&
      allDivide(view.offset("x"), p.stride * p.inChannels, p.width * p.inChannels, p.kernelWidth * p.inChannels);
  return once({
    kernel: "conv2d",
    entry: split ? "split" : "main",
    include: words(view, ALIGNED, allDivide(view.offset("out"), p.outStride, p.outChannels)),
    constants: { ...tile, CONTIGUOUS, ALIGNED },
    groups: tiles(rows, p.outChannels, tile),
    extras: [outHeight, outWidth, givenOf(view, "bias", "scale")],
  });
};

/** Elements that a thread of elementwise work takes at once, when everything it touches comes in multiples of that. */
const lanesOf = (...sizes: readonly number[]): 1 | 4 => allDivide(...sizes) ? 4 : 1;

const depthwise_conv2d: Plan<"depthwise_conv2d"> = (p, { has, offset }) => {
  const offsets = ["x", "bias", "factor", "out"].map(offset);
  const lanes = lanesOf(p.channels, p.xStride, p.factorStride, p.outStride, ...offsets);
  return once({
    kernel: "depthwise_conv2d",
    include: [`value_${lanes}`],
    constants: { HAS_BIAS: has("bias"), HAS_FACTOR: has("factor"), SIDE: p.size === 3 || p.size === 5 ? p.size : 0 },
    groups: perElement(p.batch * p.rowCount * p.width * p.channels / lanes),
  });
};

const causal_conv1d: Plan<"causal_conv1d"> = (p, { has, offset }) => {
  const offsets = ["x", "bias", "state", "out"].map(offset);
  const lanes = lanesOf(p.channels, p.xStride, p.xStep, p.outStride, ...offsets);
  const common = {
    kernel: "causal_conv1d",
    include: [`value_${lanes}`],
    constants: { HAS_BIAS: has("bias") },
  } as const;
  const columns = p.batch * p.directions * p.channels / lanes;
  const dispatches: Dispatch[] = [{ ...common, groups: perElement(columns * p.length) }];
  if (p.carry & CARRY_OUT) dispatches.push({ ...common, entry: "carry", groups: perElement(columns) });
  return { dispatches };
};

/** Threads a row: enough for a wide row, few for a narrow one, so that no thread is idle. */
function rowThreadsOf(columns: number): number {
  return Math.min(64, Math.max(8, 2 ** Math.ceil(Math.log2(columns / 4))));
}

const norm = (kernel: "rms_norm" | "layer_norm"): Plan<"rms_norm"> => (p, { has, offset }) => {
  const ROW_THREADS = rowThreadsOf(p.columns);
  const offsets = ["x", "residual", "weight", "bias", "gate", "out"].map(offset);
  const lanes = lanesOf(p.columns, p.xStride, p.residualStride, p.gateStride, p.outStride, ...offsets);
  return once({
    kernel,
    include: [`value_${lanes}`],
    constants: { ROW_THREADS, HAS_RESIDUAL: has("residual"), HAS_BIAS: has("bias"), HAS_GATE: has("gate") },
    groups: spread(Math.ceil(p.rows / (64 / ROW_THREADS))),
  });
};

const unary: Plan<"unary"> = (p, { offset }) => {
  const lanes = lanesOf(p.columns, p.xStride, p.outStride, offset("x"), offset("out"));
  const groups = perElement(p.rows * p.columns / lanes);
  return once({ kernel: "unary", include: [`value_${lanes}`], constants: {}, groups });
};

const ROTATE = BINARY_OPERATIONS.indexOf("rotate");

const binary: Plan<"binary"> = (p, { has, offset }) => {
  const offsets = ["a", "b", "scale", "out"].map(offset);
  const lanes = p.operation === ROTATE ? 1 : lanesOf(p.columns, p.aStride, p.bStride, p.outStride, ...offsets);
  const groups = perElement(p.rows * p.columns / lanes);
  return once({ kernel: "binary", include: [`value_${lanes}`], constants: {}, extras: [has("scale") ? 1 : 0], groups });
};

/** Rows of a slice when a tall input is reduced in two steps. */
const SLICE_ROWS = 64;

const reduce = (kernel: "mean_rows" | "max_rows"): Plan<"mean_rows"> => (p) => {
  const slices = p.rows <= 2 * SLICE_ROWS ? 1 : Math.ceil(p.rows / SLICE_ROWS);
  const extras = [slices, Math.ceil(p.rows / slices)];
  const columns = Math.ceil(p.columns / 8), constants = {};
  const dispatches: Dispatch[] = [{ kernel, constants, extras, groups: [columns, slices, p.batch] }];
  if (slices === 1) return { dispatches };
  dispatches.push({ kernel, entry: "finish", constants, extras, groups: [columns, 1, p.batch] });
  return { dispatches, scratch: p.batch * slices * p.columns };
};

/** Most slices of an image whose channels are attended to: one group adds all of them up. */
const MOST_SLICES = 256;

const channel_attention: Plan<"channel_attention"> = (p, view) => {
  const slices = Math.min(MOST_SLICES, Math.max(2, Math.ceil(p.rows / SLICE_ROWS)));
  const halves = (view.half("squeeze") ? 4 : 0) | (view.half("expand") ? 8 : 0);
  const given = givenOf(view, "squeezeBias", "expandBias") | halves;
  const common = {
    kernel: "channel_attention",
    constants: {},
    extras: [slices, Math.ceil(p.rows / slices), given],
  } as const;
  return {
    dispatches: [
      { ...common, groups: [Math.ceil(p.columns / 8), slices, p.batch] },
      { ...common, entry: "attend", groups: [p.batch, 1, 1] },
    ],
    scratch: p.batch * (slices * p.columns + p.hidden),
  };
};

const gather_rows: Plan<"gather_rows"> = (p, { has, half }) =>
  once({
    kernel: "gather_rows",
    constants: {},
    extras: [Number(half("x")), Number(has("through"))],
    groups: perElement(p.batch * p.count * p.columns),
  });

const pixel_shuffle: Plan<"pixel_shuffle"> = (p) =>
  once({
    kernel: "pixel_shuffle",
    constants: {},
    groups: perElement(p.batch * p.height * p.width * p.channels * p.scale * p.scale),
  });

/** Vectors of keys that the threads of a workgroup share, and of values: less than half each of the 16 KiB that every GPU has. */
const SHARED_QUADS = 448;

const attention: Plan<"attention"> = (p) => {
  const quads = Math.ceil(p.headWidth / 4), QUADS = quads <= 8 ? quads : Math.ceil(quads / 8) * 8;
  const KEYS = Math.min(64, Math.floor(SHARED_QUADS / QUADS / 4) * 4);
  const windows = p.batch * p.rowCount * p.width / p.window;
  const groups = spread(windows * p.heads * Math.ceil(p.window ** 2 / 64));
  // Four threads a query, where 64 keys at once leave room for what each of them finds.
  const PARTS = KEYS === 64 && p.window ** 2 >= 64 ? 4 : 1;
  return once({ kernel: "attention", constants: { QUADS, KEYS, PARTS }, groups });
};

/** Rows whose classes are counted together. */
const BLOCK_ROWS = 64;
/** Blocks and classes up to which each block adds up the counts for itself. */
const MOST_BLOCKS = 128, MOST_CLASSES = 256;

const sort: Plan<"sort"> = (p, view) => {
  const blocks = Math.ceil(p.rows / BLOCK_ROWS), begun = blocks > MOST_BLOCKS || p.columns > MOST_CLASSES;
  const common = { kernel: "sort", constants: {}, extras: [blocks, givenOf(view, "noise"), begun ? 1 : 0] } as const;
  const all: Groups = [blocks, p.batch, 1];
  return {
    dispatches: [
      { ...common, groups: all },
      ...begun ? [{ ...common, entry: "begin", groups: [p.batch, 1, 1] as const }] : [],
      { ...common, entry: "place", groups: all },
    ],
    scratch: p.batch * p.columns * blocks,
  };
};
const sample: Plan<"sample"> = (p) => once({ kernel: "sample", constants: {}, groups: [p.rows, 1, 1] });

const PLANS: { readonly [K in KernelName]: Plan<K> } = {
  linear,
  conv2d,
  depthwise_conv2d,
  causal_conv1d,
  selective_scan: planScan,
  rms_norm: norm("rms_norm"),
  layer_norm: norm("layer_norm"),
  unary,
  sample,
  binary,
  mean_rows: reduce("mean_rows"),
  channel_attention,
  max_rows: reduce("max_rows"),
  gather_rows,
  pixel_shuffle,
  attention,
  sort,
};

/** The dispatches of a call; those without workgroups are left out. */
export function planLaunch<K extends KernelName>(kernel: K, params: Params<K>, view: OperandView): Launch {
  const launch = PLANS[kernel](params, view);
  const dispatches = launch.dispatches.filter(({ groups }) => groups.every((count) => count > 0));
  return { ...launch, dispatches };
}
