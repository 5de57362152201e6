/**
 * `sidewinder restore IN… -o OUT`
 *
 * @module
 */
import { loadModel } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import type { Progress } from "../progress.ts";
import { openNets, type RestoreOptions, type Restorer } from "../restore.ts";
import { type Overall, watchBatch } from "../restore/overall.ts";
import { jsonOption } from "./classify.ts";
import { batchWork } from "./batch_work.ts";
import { type Command, deviceOption, modelOption, oneLine, type Terminal, UsageError } from "./command.ts";
import { restoreStream } from "./frames.ts";
import { type ImagePath, imagePaths, STANDARD } from "./image_paths.ts";
import { loadingLine, restoringLine } from "./progress.ts";
import { HELP, readArguments } from "./restore_options.ts";
import { restoreOne } from "./restore_one.ts";
import { clearParts, type Target, targetsOf, withoutResults } from "./targets.ts";

type Arguments = ReturnType<typeof readArguments>;

/** `restore`. */
export const restoreCommand: Command = {
  summary: "make a photo larger, or take its noise away",
  help: HELP,
  needs: ["read", "write", "env", "sys", "net"],
  async run(args, terminal) {
    const read = readArguments(args), { values, frames } = read, json = values.json ?? false;
    const device = deviceOption(values), options = jsonOption("options", values.options);
    const piped = frames !== undefined || values.out === STANDARD;
    const told: Terminal = piped ? { ...terminal, print: terminal.complain } : terminal;
    const results = {
      out: values.out,
      type: read.type,
      suffix: values.suffix ?? "",
      force: values.force ?? false,
      resume: values.resume ?? false,
    };
    const named = frames ? [] : await imagePaths(read.positionals, values.recursive ?? false, values.out);
    const images = await withoutResults(named, results);
    if (!frames && images.length === 0) {
      throw new UsageError(`Cannot restore as IN must name images: ${read.positionals.join(" ")} has none`);
    }
    const targets = await targetsOf(images, results);
    if (results.resume) await clearParts(targets);
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
  const todo = images.map((image, i) => ({ image, target: targets[i]! })).filter(({ image, target }) => {
    if (!target.done) return true;
    counts.skipped++;
    say("skipped", { image: image.path, out: target.path });
    if (!json) terminal.print(`${target.path}  is there`);
    return false;
  });
  const works = await batchWork(restorer, todo, options), sizes = works.map(({ megapixels }) => megapixels);
  const overall = watchBatch(sizes, works.map(({ cost }) => cost)), started = performance.now();
  say("start", { pictures: todo.length, skipped: counts.skipped, megapixels: sizes.reduce((a, b) => a + b, 0) });
  let made = 0;
  for (const [i, { image: { path: image }, target }] of todo.entries()) {
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
