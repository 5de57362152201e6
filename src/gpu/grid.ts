/**
 * How a kernel call becomes dispatches: which entry point of its shader, with which constants, over how many workgroups.
 * Only what changes the structure of a shader is a constant; sizes and strides stay parameters, so that a model needs few
 * pipelines.
 *
 * @module
 */
import type { KernelName, Params } from "../kernels.ts";
import { type Dispatch, type Groups, type Launch, MOST_GROUPS, type OperandView, spread } from "./launch.ts";
import { planScan } from "./scan_grid.ts";

type Plan<K extends KernelName> = (p: Params<K>, view: OperandView) => Launch;

/** Groups of 64 threads for one thread an element. */
const perElement = (elements: number): Groups => spread(Math.ceil(elements / 64));

const once = (dispatch: Dispatch): Launch => ({ dispatches: [dispatch] });

/** Tile of a matrix product: small ones give a small problem more workgroups, large ones read less. */
function tileOf(rows: number, outer: number): { readonly TILE_M: number; readonly TILE_N: number } {
  const tiles = Math.ceil(rows / 64) * Math.ceil(outer / 64);
  return tiles >= 264 ? { TILE_M: 64, TILE_N: 64 } : { TILE_M: 32, TILE_N: 32 };
}

function tiles(rows: number, outer: number, tile: { readonly TILE_M: number; readonly TILE_N: number }): Groups {
  const down = Math.ceil(rows / tile.TILE_M);
  const z = Math.max(1, Math.ceil(down / MOST_GROUPS));
  return [Math.ceil(outer / tile.TILE_N), Math.ceil(down / z), z];
}

const epilogue = ({ has }: OperandView) => ({ HAS_BIAS: has("bias"), HAS_SCALE: has("scale") });

const linear: Plan<"linear"> = (p, view) => {
  const tile = tileOf(p.rows, p.outer);
  return once({
    kernel: "linear",
    constants: { ...tile, TILE_K: 16, ...epilogue(view) },
    groups: tiles(p.rows, p.outer, tile),
  });
};

const conv2d: Plan<"conv2d"> = (p, view) => {
  const outHeight = Math.floor((p.height + 2 * p.padding - p.kernelHeight) / p.stride) + 1;
  const outWidth = Math.floor((p.width + 2 * p.padding - p.kernelWidth) / p.stride) + 1;
  const rows = p.batch * p.rowCount * outWidth, tile = tileOf(rows, p.outChannels);
  return once({
    kernel: "conv2d",
    constants: { ...tile, TILE_K: 16, ...epilogue(view), CONTIGUOUS: p.xStride === p.inChannels },
    groups: tiles(rows, p.outChannels, tile),
    extras: [outHeight, outWidth],
  });
};

const depthwise_conv2d: Plan<"depthwise_conv2d"> = (p, { has }) =>
  once({
    kernel: "depthwise_conv2d",
    constants: { HAS_BIAS: has("bias") },
    groups: perElement(p.batch * p.rowCount * p.width * p.channels),
  });

const causal_conv1d: Plan<"causal_conv1d"> = (p, { has }) => {
  const constants = { HAS_BIAS: has("bias") };
  const kernel = "causal_conv1d";
  const dispatches: Dispatch[] = [
    { kernel, constants, groups: perElement(p.batch * p.length * p.directions * p.channels) },
  ];
  if (p.carry & 2) {
    dispatches.push({ kernel, entry: "carry", constants, groups: perElement(p.batch * p.directions * p.channels) });
  }
  return { dispatches };
};

/** Threads a row: enough for a wide row, few for a narrow one, so that no thread is idle. */
function lanesOf(columns: number): number {
  return Math.min(64, Math.max(8, 2 ** Math.ceil(Math.log2(columns / 4))));
}

const norm = (kernel: "rms_norm" | "layer_norm"): Plan<"rms_norm"> => (p, { has }) => {
  const LANES = lanesOf(p.columns);
  return once({
    kernel,
    constants: { LANES, HAS_RESIDUAL: has("residual"), HAS_BIAS: has("bias"), HAS_GATE: has("gate") },
    groups: spread(Math.ceil(p.rows / (64 / LANES))),
  });
};

const unary: Plan<"unary"> = (p) => once({ kernel: "unary", constants: {}, groups: perElement(p.rows * p.columns) });

const binary: Plan<"binary"> = (p) => once({ kernel: "binary", constants: {}, groups: perElement(p.rows * p.columns) });

/** Rows of a slice when a tall input is reduced in two steps. */
const SLICE_ROWS = 256;

const reduce = (kernel: "mean_rows" | "max_rows"): Plan<"mean_rows"> => (p) => {
  const slices = p.rows <= 2 * SLICE_ROWS ? 1 : Math.ceil(p.rows / SLICE_ROWS);
  const extras = [slices, Math.ceil(p.rows / slices)];
  const columns = Math.ceil(p.columns / 8), constants = {};
  const dispatches: Dispatch[] = [{ kernel, constants, extras, groups: [columns, slices, p.batch] }];
  if (slices === 1) return { dispatches };
  dispatches.push({ kernel, entry: "finish", constants, extras, groups: [columns, 1, p.batch] });
  return { dispatches, scratch: p.batch * slices * p.columns };
};

const gather_rows: Plan<"gather_rows"> = (p) =>
  once({ kernel: "gather_rows", constants: {}, groups: perElement(p.batch * p.count * p.columns) });

const pixel_shuffle: Plan<"pixel_shuffle"> = (p) =>
  once({
    kernel: "pixel_shuffle",
    constants: {},
    groups: perElement(p.batch * p.height * p.width * p.channels * p.scale * p.scale),
  });

const PLANS: { readonly [K in KernelName]: Plan<K> } = {
  linear,
  conv2d,
  depthwise_conv2d,
  causal_conv1d,
  selective_scan: planScan,
  rms_norm: norm("rms_norm"),
  layer_norm: norm("layer_norm"),
  unary,
  binary,
  mean_rows: reduce("mean_rows"),
  max_rows: reduce("max_rows"),
  gather_rows,
  pixel_shuffle,
};

/** The dispatches of a call; those without workgroups are left out. */
export function planLaunch<K extends KernelName>(kernel: K, params: Params<K>, view: OperandView): Launch {
  const launch = PLANS[kernel](params, view);
  const dispatches = launch.dispatches.filter(({ groups }) => groups.every((count) => count > 0));
  return { ...launch, dispatches };
}
