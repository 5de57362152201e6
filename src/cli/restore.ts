/**
 * `sidewinder restore IN… -o OUT`
 *
 * @module
 */
import { peekSize } from "../image/headers/peek.ts";
import { loadModel } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import type { Progress } from "../progress.ts";
import { openNets, type RestoreOptions, type Restorer } from "../restore.ts";
import { type Overall, watchBatch } from "../restore/overall.ts";
import { jsonOption } from "./classify.ts";
import { type Command, deviceOption, modelOption, oneLine, type Terminal, UsageError } from "./command.ts";
import { restoreStream } from "./frames.ts";
import { type ImagePath, imagePaths, STANDARD, startOf } from "./image_paths.ts";
import { loadingLine, restoringLine } from "./progress.ts";
import { HELP, readArguments } from "./restore_options.ts";
import { restoreOne, resultSize } from "./restore_one.ts";
import { type Target, targetsOf } from "./targets.ts";

type Arguments = ReturnType<typeof readArguments>;

/** `restore`. */
export const restoreCommand: Command = {
  summary: "make a photo larger, or take its noise away",
  help: HELP,
  async run(args, terminal) {
    const read = readArguments(args), { values, frames } = read, json = values.json ?? false;
    const device = deviceOption(values), options = jsonOption("options", values.options);
    const piped = frames !== undefined || values.out === STANDARD;
    const told: Terminal = piped ? { ...terminal, print: terminal.complain } : terminal;
    const images = frames ? [] : await imagePaths(read.positionals, values.recursive ?? false);
    if (!frames && images.length === 0) {
      throw new UsageError(`Cannot restore as IN must name images: ${read.positionals.join(" ")} has none`);
    }
    const targets = frames ? [] : await targetsOf(images, {
      out: values.out,
      type: read.type,
      suffix: values.suffix ?? "",
      force: values.force ?? false,
      resume: values.resume ?? false,
    });
    await using opened = await openDevice(device);
    const loading = loadingLine(terminal), load = { signal: terminal.signal, options, ...modelOption(values) };
    await using restorer = values.model === undefined
      ? openNets(opened, read.task, load)
      : await loadModel(opened, values.model, { ...load, onProgress: loading.onProgress }).finally(loading.done);
    if (!json) terminal.complain(`${opened.name}: ${opened.account?.reason}`);
    const wanted: RestoreOptions = { ...read.options, signal: terminal.signal };
    return frames
      ? await restoreStream(restorer, frames, wanted, told, json)
      : await restoreBatch(restorer, images, targets, wanted, read, told);
  },
};

/** Bytes of a file that tell the size of its picture. */
const START = 1 << 18;

/** Megapixels of the results; 0 where a file does not say soon, and for what is done already. */
async function megapixelsOf(
  restorer: Restorer,
  images: readonly ImagePath[],
  targets: readonly Target[],
  options: RestoreOptions,
): Promise<number[]> {
  const sizes: number[] = [];
  for (const [i, { path }] of images.entries()) {
    const start = path === STANDARD || targets[i]!.done ? undefined : await startOf(path, START);
    const size = start && peekSize(start);
    const { width, height } = size ? await resultSize(restorer, size, options) : { width: 0, height: 0 };
    sizes.push(width * height / 1e6);
  }
  return sizes;
}

/** Restores images one after the other; one that fails does not stop the rest. */
async function restoreBatch(
  restorer: Restorer,
  images: readonly ImagePath[],
  targets: readonly Target[],
  options: RestoreOptions,
  read: Arguments,
  terminal: Terminal,
): Promise<number> {
  const json = read.values.json ?? false, counts = { done: 0, skipped: 0, failed: 0 };
  const say = (event: string, facts: object): void => {
    if (json) terminal.print(JSON.stringify({ event, ...facts }));
  };
  const todo = images.map((image, i) => ({ image: image.path, target: targets[i]! })).filter(({ image, target }) => {
    if (!target.done) return true;
    counts.skipped++;
    say("skipped", { image, out: target.path });
    if (!json) terminal.print(`${target.path}  is there`);
    return false;
  });
  const megapixels = await megapixelsOf(restorer, images, targets, options);
  const sizes = megapixels.filter((_, i) => !targets[i]!.done);
  const overall = watchBatch(sizes), started = performance.now();
  say("start", { pictures: todo.length, skipped: counts.skipped, megapixels: sizes.reduce((a, b) => a + b, 0) });
  let made = 0;
  for (const [i, { image, target }] of todo.entries()) {
    terminal.signal.throwIfAborted();
    try {
      made += await restoreNamed(restorer, image, target, options, read, { terminal, overall, i, say });
      counts.done++;
    } catch (error) {
      terminal.signal.throwIfAborted();
      counts.failed++;
      terminal.complain(`${image}: ${oneLine(error)}`);
      say("error", { image, error: oneLine(error) });
    }
    overall.done(i);
  }
  const seconds = (performance.now() - started) / 1000;
  say("total", { pictures: images.length, ...counts, megapixels: made, seconds });
  if (!json && images.length > 1) {
    const { done, skipped, failed } = counts;
    terminal.print(
      `${done} of ${images.length} pictures${skipped ? `, ${skipped} were there` : ""}${
        failed ? `, ${failed} failed` : ""
      }, ${made.toFixed(1)} megapixels in ${seconds.toFixed(1)} s`,
    );
  }
  return counts.failed > 0 ? 1 : 0;
}

/** Where a picture of a batch reports to. */
interface Reporting {
  readonly terminal: Terminal;
  readonly overall: Overall;
  readonly i: number;
  readonly say: (event: string, facts: object) => void;
}

/** Restores one image with its progress and its line; the result is its megapixels. */
async function restoreNamed(
  restorer: Restorer,
  image: string,
  target: Target,
  options: RestoreOptions,
  { values, quality }: Arguments,
  { terminal, overall, i, say }: Reporting,
): Promise<number> {
  const line = restoringLine(terminal, image), started = performance.now();
  const onProgress = (progress: Progress): void => {
    const all = overall.at(i, progress);
    line.onProgress(progress, all);
    say("progress", { image, ...progress, overall: all });
  };
  try {
    const write = { quality, lossless: values.lossless ?? false };
    const { leftOut, ...done } = await restoreOne(restorer, image, target, { ...options, onProgress }, write, terminal);
    line.done();
    const seconds = (performance.now() - started) / 1000, { width, height, tiles, frames } = done;
    say("done", { image, out: target.path, ...done, seconds, ...(leftOut.length > 0 && { leftOut }) });
    if (!values.json) {
      const parts = frames === undefined ? `${tiles} ${tiles === 1 ? "tile" : "tiles"}` : `${frames} frames`;
      terminal.print(`${target.path}  ${width} × ${height}, ${parts}, ${seconds.toFixed(1)} s`);
      for (const reason of leftOut) terminal.complain(`${target.path}: ${reason}, and was left out`);
    }
    return width * height * (frames ?? 1) / 1e6;
  } finally {
    line.done();
  }
}
