/**
 * A run watched from inside: the ways the scans take over the tokens, how the norm of the stream grows from block to block, and
 * which places reach a place in each scan. All of it is read from the model and from the tensors of one real run.
 *
 * @module
 */
import type { Pixels } from "../../src/image/pixels.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { reachInto, stateDecay, walkOf } from "../../src/inside/effective_attention.ts";
import type { ScanRecord } from "../../src/inside/watch_scans.ts";
import type { Model } from "../../src/load_model.ts";
import { classTokenIndex } from "../../src/models/blocks/pos_embed.ts";
import { classTokens, vimConfig, type VimOptions } from "../../src/models/vim/options.ts";
import { sampleArea } from "../../src/restore/samples.ts";
import { runModel, type Tap } from "../../src/run/run_model.ts";
import { columnsOf } from "../../src/tensor.ts";
import type { InsideReport, ReachReport, Region, ScanReport } from "../protocol.ts";
import { prepare } from "./classify_photo.ts";
import { Failure } from "./failures.ts";
import type { Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { bitmapOf } from "./bitmaps.ts";
import { pixelsOf } from "./photos.ts";
import { currentWatch } from "./workbench.ts";

/** Side of the cut from the middle of a photo that a model of any size is watched on. */
const CUT = 16;

/** Names of the stream after a block: `layer.3` of Vim; `layer.0.3` where `layer.0` is a whole group or stage. */
const BLOCK = /\.\d+$/, FLAT_BLOCK = /^layer\.\d+$/;

/** How a model sees the photo: tokens in a grid, where the class tokens stand, and the input itself. */
interface View {
  readonly rows: number;
  readonly columns: number;
  /** For every token of the sequence its place in the grid, or -1. */
  readonly places: readonly number[];
  readonly picture: Pixels;
  readonly region: Region;
  readonly input: Float32Array;
  readonly shape: readonly [number, number, number, number];
}

const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Vim's sequence: its patches in rows, and its class tokens. */
function placesOfVim(model: Model): { readonly rows: number; readonly columns: number; readonly places: number[] } {
  const config = vimConfig(model.info.options as VimOptions);
  const [rows, columns] = config.grid, patches = rows * columns, places = upTo(patches);
  if (config.classToken === "double") places.unshift(-1), places.push(-1);
  else if (classTokens(config) === 1) places.splice(classTokenIndex(config.classToken, patches)!, 0, -1);
  if (config.flipRatio > 1) places.reverse();
  return { rows, columns, places };
}

async function viewOf(model: Model, pixels: Pixels, signal: AbortSignal | undefined): Promise<View> {
  if (model.info.task === "classify") {
    const { tensor, crop, region } = await prepare(model, pixels, signal);
    const shape = [1, crop.height, crop.width, model.channels] as const;
    const whole = { rows: crop.height, columns: crop.width, places: upTo(crop.height * crop.width) };
    const grid = model.info.family === "vim" ? placesOfVim(model) : whole;
    return { ...grid, picture: crop, region, input: tensor, shape };
  }
  const side = (length: number) => Math.ceil(Math.min(CUT, length) / model.multiple) * model.multiple;
  const rows = side(pixels.height), columns = side(pixels.width);
  const region = { x: (pixels.width - columns) >> 1, y: (pixels.height - rows) >> 1, width: columns, height: rows };
  const input = sampleArea(pixels, region, model.channels);
  const picture: Pixels = {
    data: Uint8Array.from(input, (value) => Math.round(255 * value)),
    ...{ width: columns, height: rows, channels: model.channels as 1 | 3 },
    ...(pixels.attached && { attached: pixels.attached }),
  };
  const shape = [1, rows, columns, model.channels] as const;
  return { rows, columns, places: upTo(rows * columns), picture, region, input, shape };
}

/** The grid of a scan: the sequence of Vim, or the picture at some coarseness. */
function gridOf({ length, gridWidth, orders }: ScanRecord, view: View): Pick<View, "rows" | "columns" | "places"> {
  if (length === view.places.length) return view;
  const walksColumns = orders.some((order) => order.startsWith("column"));
  const [, height, width] = view.shape;
  const columns = walksColumns ? gridWidth : Math.max(1, Math.round(Math.sqrt(length * width / height)));
  return { rows: Math.ceil(length / columns), columns, places: upTo(length) };
}

function reportOf(scan: ScanRecord, view: View): ScanReport {
  const { rows, columns, places } = gridOf(scan, view);
  const paths = scan.orders.map((order, k) => {
    return { order, steps: Array.from(walkOf(scan, k), (token) => places[token]!) };
  });
  return { rows, columns, paths };
}

/** Euclidean norm of every token. */
function tokenNorms(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, token) => {
    let sum = 0;
    for (let i = token * width; i < (token + 1) * width; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  });
}

/** Norms by place of a grid; a level that has fewer tokens covers several places with each. */
function onGrid(tokens: Float32Array, { rows, columns, places }: Pick<View, "rows" | "columns" | "places">) {
  const norms = new Float32Array(rows * columns);
  const coarse = Math.max(1, Math.round(Math.sqrt(places.length / tokens.length)));
  for (const [token, place] of places.entries()) {
    if (place < 0) continue;
    const y = Math.floor(place / columns / coarse), x = Math.floor(place % columns / coarse);
    norms[place] = tokens[coarse === 1 ? token : y * Math.ceil(columns / coarse) + x] ?? 0;
  }
  return norms;
}

/** The scans of the run that was watched last. */
let last: { readonly key: string; readonly scans: readonly ScanRecord[]; readonly view: View } | undefined;

/** Runs a model over a photo and keeps its scans, and the norms of its stream. */
async function watchRun(photo: number, id: string, watch: Watch) {
  const { model } = await modelOf(id, watch);
  const { pixels: own } = await pixelsOf(photo);
  const pixels = model.info.task === "classify" ? await convertToSrgb(own) : own;
  const view = await viewOf(model, pixels, watch.signal), scanWatch = await currentWatch();
  const names: string[] = [], reads: Promise<Float32Array>[] = [];
  const tap: Tap = (name, tensor) => {
    if (!BLOCK.test(name)) return;
    const width = columnsOf(tensor);
    names.push(name);
    reads.push(model.device.read(tensor).then((values) => tokenNorms(values, width)));
  };
  const scans = await scanWatch.record(() =>
    runModel(model.device, (ops, tap) => model.forward(ops, ops.input(view.input, view.shape), tap), {
      tap,
      signal: watch.signal,
      onProgress: ({ fraction }) => watch.emit({ type: "progress", phase: "run", fraction }),
    })
  );
  if (scans.length === 0) {
    throw new Failure("no-scan", `Cannot look inside as ${id} must have a selective scan: it has none`);
  }
  // Where blocks stand in groups, `layer.3` is a group.
  const nested = names.some((name) => !FLAT_BLOCK.test(name));
  const norms = await Promise.all(reads);
  const blocks = names.map((name, i) => ({ name, tokens: norms[i]! }))
    .filter(({ name }) => !nested || !FLAT_BLOCK.test(name));
  last = { key: keyOf(photo, id, model), scans, view };
  return { model, view, scans, blocks };
}

const keyOf = (photo: number, id: string, model: Model): string => `${photo} ${id} ${model.device.name}`;

/** Runs a model over a photo under watch. */
export async function lookInside(photo: number, id: string, watch: Watch): Promise<InsideReport> {
  const started = performance.now();
  const { model, view, scans, blocks } = await watchRun(photo, id, watch);
  const reports = scans.map((scan) => reportOf(scan, view)), [first] = reports;
  const grid = { ...view, ...gridOf(scans[0]!, view) };
  return {
    rows: grid.rows,
    columns: grid.columns,
    picture: await bitmapOf(view.picture),
    region: view.region,
    paths: first!.paths,
    scans: reports,
    blocks: blocks.map(({ name, tokens }) => {
      return { name, mean: tokens.reduce((a, b) => a + b, 0) / tokens.length, norms: onGrid(tokens, grid) };
    }),
    classTokens: view.places.filter((place) => place < 0).length,
    device: model.device.name,
    timings: { run: performance.now() - started },
  };
}

/** What reaches a place in one scan, by all directions and by each, and how long its own state lasts. */
export async function reachOf(
  photo: number,
  id: string,
  index: number,
  place: number,
  watch: Watch,
): Promise<ReachReport> {
  const { model } = await modelOf(id, watch);
  if (last?.key !== keyOf(photo, id, model)) await watchRun(photo, id, watch);
  const { scans, view } = last!, scan = scans[index]!;
  const { rows, columns, places } = gridOf(scan, view), token = places.indexOf(place);
  if (token < 0) throw new Failure("other", `Cannot look at place ${place} as it must be one of the grid: it is not`);
  const each = scan.orders.map((_, k) => k);
  const parts = [each, ...(each.length > 1 ? each.map((k) => [k]) : [])].map((directions) => {
    const strengths = reachInto(scan, token, directions), sum = strengths.reduce((a, b) => a + b, 0) || 1;
    const shares = new Float32Array(rows * columns);
    let elsewhere = 0;
    strengths.forEach((strength, from) => {
      if (places[from]! >= 0) shares[places[from]!] = strength / sum;
      else elsewhere += strength / sum;
    });
    return { shares, elsewhere };
  });
  return {
    ...{ rows, columns },
    shares: parts.map(({ shares }) => shares),
    elsewhere: parts.map(({ elsewhere }) => elsewhere),
    decays: each.map((k) => Float32Array.from(stateDecay(scan, k, token))),
  };
}
