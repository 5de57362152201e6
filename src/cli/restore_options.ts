/**
 * The options of `sidewinder restore`, read and checked.
 *
 * @module
 */
import type { RestoreOptions, RestoreTask, SizeWish, TileMode } from "../restore.ts";
import { checkWish } from "../restore/size.ts";
import { countOption, DEVICE_OPTIONS, MODEL_HELP, MODEL_OPTIONS, parse, UsageError } from "./command.ts";
import { jsonOption } from "./classify.ts";
import { framesOption } from "./frames.ts";
import { typeOption } from "./targets.ts";

/** What `--help` prints. */
export const HELP = `Usage: sidewinder restore IN... -o OUT [options]

Makes images larger, or takes noise or JPEG artefacts out of them. IN are images, animations, folders or globs, or - for
standard input; OUT is a file (.png, .jpg, .webp, .gif), a folder, or - for standard output. Colour profile, EXIF, XMP, IPTC,
texts and density are kept.

  -o, --out OUT          where the result goes
  --suffix TEXT          after the name of each result, such as _x2; without -o results go beside their images
  --type TYPE            png, jpeg, webp or gif; what the ending of OUT says, else png
  --recursive            folders with all folders in them, but for OUT
  --resume               leave results that are there and newer than their image
  --force                overwrite existing files
  --strip                leave out metadata; the colour profile stays
  --strip-gps            leave out only where the picture was taken
  --task TASK            upscale (default), denoise or dejpeg
  --scale N              times the sides, such as 2 (default), 2.5 or 8; or one of:
  --width PX, --height PX, --fit WxH, --megapixels N
                         the smallest net that reaches it is run, several times beyond 4, and the rest reduced by Lanczos
  --depth BITS           8 or 16 bits a sample; those of the image unless given
  --quality N            of JPEG and WebP, 0 to 100 (90); --lossless for WebP
  --alpha HOW            net (default) or bicubic: how transparency is made larger
  --model FILE|URL|NAME  checkpoint (.pth, .safetensors); a small built-in one for upscale and denoise unless given
  --key NAME             part of the checkpoint that holds the weights, such as params_ema
  --options JSON         constructor options that the file cannot say
  --choices JSON         what a run is given beside the image, such as '{"routing": "argmax"}' or '{"seed": 7}'
  --tile MODE            blend (default), exact (no tiles), official (the published test's tiles), or a side in pixels
  --memory MB            bound on the whole process (440)
  --frames WxH@FORMAT    raw frames of a video from standard input to standard output; FORMAT as ffmpeg names it: rgb24,
                         rgba, gray, rgb48le, gray16le, rgba64le
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 events as JSON lines
${MODEL_HELP}

An image that fails does not stop the rest; the exit code is 1 then. Files appear when they are complete.`;

const TASKS: readonly RestoreTask[] = ["upscale", "denoise", "dejpeg"];

const text = { type: "string" } as const, flag = { type: "boolean" } as const;

/** Reads the arguments. */
export function readArguments(args: readonly string[]) {
  const { values, positionals } = parse(args, {
    ...DEVICE_OPTIONS,
    ...MODEL_OPTIONS,
    ...{ out: { type: "string", short: "o" }, suffix: text, type: text, recursive: flag, resume: flag, force: flag },
    ...{
      strip: flag,
      "strip-gps": flag,
      task: text,
      scale: text,
      width: text,
      height: text,
      fit: text,
      megapixels: text,
    },
    ...{
      depth: text,
      quality: text,
      lossless: flag,
      alpha: text,
      model: text,
      options: text,
      choices: text,
    },
    ...{ tile: text, memory: text, frames: text },
  });
  const task = taskOption(values.task), frames = framesOption(values.frames), wish = sizeOption(values);
  if (frames && (positionals.some((name) => name !== "-") || (values.out !== undefined && values.out !== "-"))) {
    throw new UsageError("Cannot use --frames as IN and OUT must be -: they are standard input and output");
  }
  if (!frames && positionals.length === 0) {
    throw new UsageError("Cannot restore as at least one IN must be given: there is none");
  }
  if (!frames && values.out === undefined && values.suffix === undefined) {
    throw new UsageError("Cannot restore as -o OUT or --suffix must be given: both are missing");
  }
  if (task === "dejpeg" && values.model === undefined) {
    throw new UsageError(
      "Cannot dejpeg as --model must name a checkpoint for it, such as CAR_q40.pth: there is no built-in one",
    );
  }
  const memory = countOption("memory", values.memory, 1), depth = countOption("depth", values.depth, 8);
  const quality = numberOption("quality", values.quality, 0, 100);
  if (depth !== undefined && depth !== 8 && depth !== 16) {
    throw new UsageError(`Cannot use --depth as it must be 8 or 16: current value is ${depth}`);
  }
  const { alpha } = values;
  if (alpha !== undefined && alpha !== "net" && alpha !== "bicubic") {
    throw new UsageError(`Cannot use --alpha as it must be net or bicubic: current value is ${alpha}`);
  }
  const options: RestoreOptions = {
    ...wish,
    tile: tileOption(values.tile),
    choices: jsonOption("choices", values.choices),
    strip: values.strip ? true : values["strip-gps"] ? "gps" : false,
    ...(values.task === undefined && values.model !== undefined ? {} : { task }),
    ...(memory === undefined ? {} : { memory }),
    ...(depth === undefined ? {} : { depth }),
    ...(alpha === undefined ? {} : { alpha }),
  };
  return { values, positionals, task, frames, wish, options, quality, type: typeOption(values.type) };
}

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

function numberOption(name: string, value: string | undefined, least: number, most = Infinity): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === "" ? NaN : Number(value);
  if (number >= least && number <= most && number < Infinity) return number;
  throw new UsageError(
    `Cannot use --${name} as it must be a number ${most < Infinity ? `from ${least} to ${most}` : "above 0"}: ` +
      `current value is ${value}`,
  );
}

function sizeOption(
  { scale, width, height, fit, megapixels }: { readonly [name in keyof SizeWish]?: string | undefined },
): SizeWish {
  const box = fit === undefined ? undefined : /^(\d+)x(\d+)$/.exec(fit);
  if (box === null) throw new UsageError(`Cannot use --fit as it must be WIDTHxHEIGHT: current value is ${fit}`);
  const least = Number.MIN_VALUE;
  const wish = {
    scale: numberOption("scale", scale, least),
    width: countOption("width", width, 1),
    height: countOption("height", height, 1),
    fit: box ? { width: Number(box[1]), height: Number(box[2]) } : undefined,
    megapixels: numberOption("megapixels", megapixels, least),
  };
  const said = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as SizeWish;
  try {
    checkWish(said);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return said;
}
