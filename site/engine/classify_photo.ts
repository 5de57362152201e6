/**
 * What is on a photo, and which places of it speak for the answer.
 *
 * @module
 */
import { classify } from "../../src/classify.ts";
import { prepared, preprocessingOf } from "../../src/classify/prepare.ts";
import { imagesAtOnce, scoresOf, softmax } from "../../src/classify/scores.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import type { Preprocessing } from "../../src/image/preprocess.ts";
import type { Model } from "../../src/load_model.ts";
import type { ClassifyReport, OcclusionReport, Region } from "../protocol.ts";
import { Failure } from "./failures.ts";
import type { Watch } from "./model_files.ts";
import { modelOf } from "./models.ts";
import { pixelsOf } from "./photos.ts";

/** Refuses a model that does not tell classes. */
export async function classifierOf(id: string, watch: Watch) {
  const found = await modelOf(id, watch);
  if (found.model.classes === 0) {
    throw new Failure("wrong-task", `Cannot classify as ${id} must have a classification head: it has none`);
  }
  return found;
}

/** The likeliest classes. */
export async function classifyPhoto(photo: number, id: string, watch: Watch): Promise<ClassifyReport> {
  const { model, milliseconds } = await classifierOf(id, watch);
  const decoded = await pixelsOf(photo);
  const { labels, device, timings, warnings = [] } = await classify(model, decoded.pixels, {
    signal: watch.signal,
    onProgress: ({ fraction }) => watch.emit({ type: "progress", phase: "run", fraction }),
  });
  const { preprocess, run } = timings;
  return { labels, device, warnings, timings: { decode: decoded.milliseconds, load: milliseconds, preprocess, run } };
}

/** The part of a photo that a preprocessing cuts out, in the photo's pixels. */
export function regionOf({ width, height }: Pixels, { resize, crop }: Preprocessing): Region {
  const side = Math.min(width, height);
  const [tall, wide] = typeof resize === "number" ? [resize * height / side, resize * width / side] : resize;
  const [cropTall, cropWide] = typeof crop === "number" ? [crop, crop] : crop;
  const h = cropTall / tall * height, w = cropWide / wide * width;
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h };
}

/** A photo as the model wants it, and which part of it that is. */
export async function prepare(model: Model, pixels: Pixels, signal: AbortSignal | undefined) {
  return { ...await prepared(model, pixels, signal), region: regionOf(pixels, preprocessingOf(model)) };
}

/** Places along each side: enough to see an object, few enough to wait for. */
const PLACES = 8;

/**
 * Covers one place of the photo after another with the mean colour (0 after normalising) and takes how far the
 * probability of each wanted class falls (Zeiler and Fergus 2014, §4.2). A cover is twice as wide as the distance of
 * places, so that an object on a border is covered once.
 */
export async function occludePhoto(
  photo: number,
  id: string,
  classes: readonly number[],
  watch: Watch,
): Promise<OcclusionReport> {
  const { model } = await classifierOf(id, watch);
  const pixels = await convertToSrgb((await pixelsOf(photo)).pixels);
  const { tensor, region, crop: { height, width } } = await prepare(model, pixels, watch.signal);
  const { channels } = model;
  const started = performance.now();
  const run = async (images: readonly Float32Array[]) =>
    (await scoresOf(model, images, { signal: watch.signal })).map(softmax);
  const cover = (place: number): Float32Array => {
    const image = tensor.slice(), row = Math.floor(place / PLACES), column = place % PLACES;
    const from = (at: number, side: number) => Math.max(0, Math.round((at - 0.5) * side / PLACES));
    const to = (at: number, side: number) => Math.min(side, Math.round((at + 1.5) * side / PLACES));
    for (let y = from(row, height); y < to(row, height); y++) {
      image.fill(0, (y * width + from(column, width)) * channels, (y * width + to(column, width)) * channels);
    }
    return image;
  };
  const [whole] = await run([tensor]);
  const falls = classes.map(() => new Float32Array(PLACES ** 2));
  const size = imagesAtOnce(model);
  for (let first = 0; first < PLACES ** 2; first += size) {
    const places = Array.from({ length: Math.min(size, PLACES ** 2 - first) }, (_, i) => first + i);
    const answers = await run(places.map(cover));
    answers.forEach((answer, i) => {
      classes.forEach((index, k) => falls[k]![places[i]!] = whole![index]! - answer[index]!);
    });
    watch.emit({ type: "progress", phase: "run", fraction: (first + places.length) / PLACES ** 2 });
  }
  return { rows: PLACES, columns: PLACES, region, falls, timings: { run: performance.now() - started } };
}
