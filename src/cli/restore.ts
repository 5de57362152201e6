/**
 * `sidewinder restore IN… -o OUT`
 *
 * @module
 */
import { nodeFiles, nodePath, writeAtomically } from "../bytes/files_node.ts";
import { defaultModel, type DefaultModelOptions } from "../default_model.ts";
import { readBytes } from "../image/read_bytes.ts";
import { checkEncodable, encodeImage } from "../image/encode.ts";
import { readHeader } from "../image/headers/header.ts";
import { pngEncoder } from "../image/png_encode.ts";
import { embedProfile, fitsChannels, profileChunk, readProfile } from "../image/profile.ts";
import { loadModel, type Model, type ModelSource } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import {
  restore,
  type RestoreOptions,
  type RestoreProgress,
  restoreRows,
  type RestoreTask,
  type TileMode,
} from "../restore.ts";
import { jsonOption } from "./classify.ts";
import {
  type Command,
  countOption,
  DEVICE_OPTIONS,
  deviceOption,
  oneLine,
  parse,
  type Terminal,
  UsageError,
} from "./command.ts";
import { imagePaths, type Target, targetsOf } from "./image_paths.ts";
import { loadingLine, restoringLine } from "./progress.ts";

const HELP = `Usage: sidewinder restore IN... -o OUT [options]

Makes images larger, or takes noise or JPEG artefacts out of them. IN are images, folders or globs; OUT is a file (.png,
.jpg, .webp) or a folder.

  -o, --out OUT          where the result goes
  --task TASK            upscale (default), denoise or dejpeg
  --scale N              upscale: 2 (default), 3 or 4
  --model FILE|URL|NAME  checkpoint (.pth, .safetensors); a small built-in one for upscale and denoise unless given
  --key NAME             part of the checkpoint that holds the weights, such as params_ema
  --options JSON         constructor options that the file cannot say
  --choices JSON         what a run is given beside the image, such as '{"routing": "argmax"}' or '{"seed": 7}'
  --tile MODE            blend (default), exact (no tiles), official (the published test's tiles), or a side in pixels
  --memory MB            bound on the whole process (440)
  --force                overwrite existing files
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 events as JSON lines

An image that fails does not stop the rest; the exit code is 1 then. Files appear when they are complete.`;

const TASKS: readonly RestoreTask[] = ["upscale", "denoise", "dejpeg"];

/** `restore`. */
export const restoreCommand: Command = {
  summary: "make a photo larger, or take its noise away",
  help: HELP,
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      ...DEVICE_OPTIONS,
      out: { type: "string", short: "o" },
      task: { type: "string" },
      scale: { type: "string" },
      model: { type: "string" },
      key: { type: "string" },
      options: { type: "string" },
      choices: { type: "string" },
      tile: { type: "string" },
      memory: { type: "string" },
      force: { type: "boolean" },
    });
    if (positionals.length === 0) {
      throw new UsageError("Cannot restore as at least one IN must be given: there is none");
    }
    if (values.out === undefined) throw new UsageError("Cannot restore as -o OUT must be given: it is missing");
    const task = taskOption(values.task), scale = countOption("scale", values.scale, 1);
    const memory = countOption("memory", values.memory, 1);
    const device = deviceOption(values), options = jsonOption("options", values.options);
    const tile = tileOption(values.tile), choices = jsonOption("choices", values.choices);
    const images = await imagePaths(positionals);
    if (images.length === 0) {
      throw new UsageError(`Cannot restore as IN must name images: ${positionals.join(" ")} has none`);
    }
    const targets = await targetsOf(images, values.out, values.force ?? false);
    const source = values.model ?? await builtIn(task, scale);

    await using opened = await openDevice(device);
    const loading = loadingLine(terminal);
    await using model = await loadModel(opened, source, {
      onProgress: loading.onProgress,
      signal: terminal.signal,
      options,
      ...(values.key === undefined ? {} : { key: values.key }),
    }).finally(loading.done);
    checkScale(model, task, scale);
    const wanted: RestoreOptions = {
      tile,
      choices,
      signal: terminal.signal,
      ...(values.task === undefined && values.model !== undefined ? {} : { task }),
      ...(memory === undefined ? {} : { memory }),
    };
    if (!values.json) terminal.complain(`${opened.name}: ${opened.account?.reason}`);
    let failed = 0;
    for (const [i, image] of images.entries()) {
      terminal.signal.throwIfAborted();
      try {
        await restoreOne(model, image, targets[i]!, wanted, terminal, values.json ?? false);
      } catch (error) {
        terminal.signal.throwIfAborted();
        failed++;
        terminal.complain(`${image}: ${oneLine(error)}`);
        if (values.json) terminal.print(JSON.stringify({ event: "error", image, error: oneLine(error) }));
      }
    }
    return failed > 0 ? 1 : 0;
  },
};

function taskOption(value: string | undefined): RestoreTask {
  if (value !== undefined && !TASKS.includes(value as RestoreTask)) {
    throw new UsageError(`Cannot use --task as it must be one of ${TASKS.join(", ")}: current value is ${value}`);
  }
  return value as RestoreTask ?? "upscale";
}

function tileOption(value: string | undefined): TileMode {
  if (value === undefined || value === "blend" || value === "exact" || value === "official") return value ?? "blend";
  const side = Number(value);
  if (Number.isInteger(side) && side > 0) return side;
  throw new UsageError(
    `Cannot use --tile as it must be blend, exact, official or a side in pixels: current value is ${value}`,
  );
}

/** The built-in model of a task. */
async function builtIn(task: RestoreTask, scale: number | undefined): Promise<ModelSource> {
  if (task === "dejpeg") {
    throw new UsageError(
      "Cannot dejpeg as --model must name a checkpoint for it, such as CAR_q40.pth: there is no built-in one",
    );
  }
  if (task === "denoise") return await defaultModel("denoise");
  if (scale !== undefined && scale !== 2 && scale !== 3 && scale !== 4) {
    throw new UsageError(`Cannot use --scale as it must be 2, 3 or 4 without --model: current value is ${scale}`);
  }
  return await defaultModel("upscale", { scale } as DefaultModelOptions);
}

function checkScale(model: Model, task: RestoreTask, scale: number | undefined): void {
  if (scale !== undefined && task === "upscale" && model.scale !== scale) {
    throw new UsageError(
      `Cannot use --scale as it must be that of the model, ${model.scale}: current value is ${scale}`,
    );
  }
}

/** Restores one image and writes it when it is complete; PNG row by row, so that the result is never held as a whole. */
async function restoreOne(
  model: Model,
  image: string,
  { path, type }: Target,
  options: RestoreOptions,
  terminal: Terminal,
  json: boolean,
): Promise<void> {
  const { mkdir } = await nodeFiles(), { dirname } = await nodePath();
  const bytes = await readBytes(image, options.signal), header = readHeader(bytes);
  const [across, down] = header.orientation >= 5 ? [header.height, header.width] : [header.width, header.height];
  const profile = await readProfile(bytes);
  checkEncodable(type, across * model.scale, down * model.scale);
  await mkdir(dirname(path), { recursive: true });
  const started = performance.now(), line = restoringLine(terminal, image);
  const onProgress = (progress: RestoreProgress): void => {
    line.onProgress(progress);
    if (json) {
      terminal.print(JSON.stringify({ event: "progress", image, ...progress, left: timeLeft(started, progress) }));
    }
  };
  const watched = { ...options, onProgress };
  try {
    let size: { width: number; height: number; tiles: number };
    if (type === "png") {
      const result = size = await restoreRows(model, bytes, watched);
      const encoder = pngEncoder(result.width, result.height, result.channels);
      await writeAtomically(
        path,
        pngChunks(
          encoder,
          result.rows,
          profile && fitsChannels(profile, result.channels) ? await profileChunk(profile) : undefined,
        ),
        options.signal ? { signal: options.signal } : {},
      );
    } else {
      const result = size = await restore(model, bytes, watched);
      const file = await encodeImage(result, { type }), kept = type === "webp" ? 3 : result.channels;
      await writeAtomically(path, [profile && fitsChannels(profile, kept) ? embedProfile(file, profile) : file]);
    }
    line.done();
    const seconds = (performance.now() - started) / 1000;
    const { width, height, tiles } = size;
    terminal.print(
      json
        ? JSON.stringify({ event: "done", image, out: path, width, height, tiles, device: model.device.name, seconds })
        : `${path}  ${width} × ${height}, ${tiles} ${tiles === 1 ? "tile" : "tiles"}, ${seconds.toFixed(1)} s`,
    );
  } finally {
    line.done();
  }
}

/** Seconds left at the pace so far. */
function timeLeft(started: number, { fraction }: RestoreProgress): number | undefined {
  return fraction > 0 ? (performance.now() - started) / 1000 * (1 / fraction - 1) : undefined;
}

async function* pngChunks(
  encoder: ReturnType<typeof pngEncoder>,
  rows: AsyncIterable<{ readonly data: Uint8Array | Uint8ClampedArray }>,
  profile: Uint8Array | undefined,
): AsyncGenerator<Uint8Array> {
  yield encoder.header;
  if (profile) yield profile;
  for await (const { data } of rows) yield await encoder.writeRows(data);
  yield await encoder.finish();
}
