/**
 * A run watched from inside: the ways the scans take over the tokens, and how the norm of the stream grows from block to
 * block. All of it is read from the model and from the tensors of one real run.
 *
 * @module
 */
import type { Pixels } from "../../src/image/pixels.ts";
import type { Model } from "../../src/load_model.ts";
import { classTokenIndex } from "../../src/models/blocks/pos_embed.ts";
import { classTokens, vimConfig, type VimOptions } from "../../src/models/vim/options.ts";
import { sampleArea } from "../../src/restore/samples.ts";
import { runModel, type Tap } from "../../src/run/run_model.ts";
import { columnsOf } from "../../src/tensor.ts";
import type { InsideReport, ScanPath } from "../protocol.ts";
import { prepare } from "./classify_photo.ts";
import type { Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { pixelsOf, toImageData } from "./photos.ts";

/** Side of the cut from the middle of a photo that a restoration model is watched on; each of its pixels is a token. */
const CUT = 16;

/** Names of the stream after a block: `layer.3` of Vim; `layer.0.3` of MambaIR (`layer.0` is a whole group). */
const VIM_BLOCK = /^layer\.\d+$/, RESTORER_BLOCK = /^(?!layer\.\d+$).+\.\d+$/;

/** How a model sees the photo: tokens in a grid, where the class tokens stand, and the input itself. */
interface View {
  readonly rows: number;
  readonly columns: number;
  /** For every token of the sequence its place in the grid, or -1. */
  readonly places: readonly number[];
  readonly paths: readonly ScanPath[];
  readonly picture: Pixels;
  readonly input: Float32Array;
  readonly shape: readonly number[];
}

function viewOfVim(model: Model, pixels: Pixels): View {
  const config = vimConfig(model.info.options as VimOptions);
  const [rows, columns] = config.grid, patches = rows * columns;
  const places = Array.from({ length: patches }, (_, i) => i);
  if (config.classToken === "double") places.unshift(-1), places.push(-1);
  else if (classTokens(config) === 1) places.splice(classTokenIndex(config.classToken, patches)!, 0, -1);
  if (config.flipRatio > 1) places.reverse();
  const back: ScanPath = { order: "rowReversed", steps: places.toReversed() };
  const both = config.mixer.bimamba !== "none" || config.paired;
  const { tensor, crop } = prepare(model, pixels);
  return {
    ...{ rows, columns, places },
    paths: [{ order: "row", steps: places }, ...(both ? [back] : [])],
    picture: crop,
    input: tensor,
    shape: [1, crop.height, crop.width, model.channels],
  };
}

function viewOfRestorer(model: Model, pixels: Pixels): View {
  const side = (length: number) => Math.ceil(Math.min(CUT, length) / model.multiple) * model.multiple;
  const rows = side(pixels.height), columns = side(pixels.width);
  const cut = { x: (pixels.width - columns) >> 1, y: (pixels.height - rows) >> 1, width: columns, height: rows };
  const input = sampleArea(pixels, cut, model.channels);
  const picture: Pixels = {
    data: Uint8Array.from(input, (value) => Math.round(255 * value)),
    ...{ width: columns, height: rows, channels: model.channels as 1 | 3 },
  };
  const places = Array.from({ length: rows * columns }, (_, i) => i);
  const down = places.map((i) => (i % rows) * columns + Math.floor(i / rows));
  const paths: ScanPath[] = [{ order: "row", steps: places }];
  if (model.info.family.startsWith("mambair")) {
    paths.push(
      { order: "column", steps: down },
      { order: "rowReversed", steps: places.toReversed() },
      { order: "columnReversed", steps: down.toReversed() },
    );
  }
  return { rows, columns, places, paths, picture, input, shape: [1, rows, columns, model.channels] };
}

/** Euclidean norm of every token. */
function tokenNorms(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, token) => {
    let sum = 0;
    for (let i = token * width; i < (token + 1) * width; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum);
  });
}

/** Norms by place; a level of a U-Net that has fewer tokens covers several places with each. */
function onGrid(tokens: Float32Array, { rows, columns, places }: View): Float32Array {
  const norms = new Float32Array(rows * columns);
  const coarse = Math.max(1, Math.round(Math.sqrt(places.length / tokens.length)));
  for (const [token, place] of places.entries()) {
    if (place < 0) continue;
    const y = Math.floor(place / columns / coarse), x = Math.floor(place % columns / coarse);
    norms[place] = tokens[coarse === 1 ? token : y * (columns / coarse) + x]!;
  }
  return norms;
}

/** Runs a model over a photo and keeps the norms of its stream. */
export async function lookInside(photo: number, id: string, watch: Watch): Promise<InsideReport> {
  const { model } = await modelOf(id, watch);
  const { pixels } = await pixelsOf(photo);
  const view = model.imageSize ? viewOfVim(model, pixels) : viewOfRestorer(model, pixels);
  const reads: Promise<{ readonly name: string; readonly tokens: Float32Array }>[] = [];
  const tap: Tap = (name, tensor) => {
    if (!(model.imageSize ? VIM_BLOCK : RESTORER_BLOCK).test(name)) return;
    const width = columnsOf(tensor);
    reads.push(model.device.read(tensor).then((values) => ({ name, tokens: tokenNorms(values, width) })));
  };
  const started = performance.now();
  await runModel(model.device, function* (ops, tap) {
    return yield* model.forward(ops, ops.input(view.input, view.shape), tap);
  }, {
    tap,
    signal: watch.signal,
    onProgress: ({ fraction }) => watch.emit({ type: "progress", phase: "run", fraction }),
  });
  const blocks = (await Promise.all(reads)).map(({ name, tokens }) => {
    return { name, mean: tokens.reduce((a, b) => a + b, 0) / tokens.length, norms: onGrid(tokens, view) };
  });
  return {
    rows: view.rows,
    columns: view.columns,
    picture: await createImageBitmap(toImageData(view.picture)),
    paths: view.paths,
    blocks,
    classTokens: view.places.filter((place) => place < 0).length,
    device: model.device.name,
    timings: { run: performance.now() - started },
  };
}
