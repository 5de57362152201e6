/**
 * `sidewinder classify IMAGE…`
 *
 * @module
 */
import { printable } from "../bytes/errors.ts";
import { type Classification, classify } from "../classify.ts";
import { defaultModel } from "../default_model.ts";
import type { Device } from "../device.ts";
import { loadModel, type Model } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import {
  type Command,
  countOption,
  DEVICE_OPTIONS,
  deviceOption,
  MODEL_HELP,
  MODEL_OPTIONS,
  modelOption,
  oneLine,
  parse,
  UsageError,
} from "./command.ts";
import { imagePaths, STANDARD } from "./image_paths.ts";
import { loadingLine } from "./progress.ts";
import { allOfStandardInput } from "./standard_streams.ts";

const HELP = `Usage: sidewinder classify IMAGE|FOLDER|-... [options]

Prints the likeliest classes of each image (PNG, JPEG, WebP, GIF); - is standard input.

  --model FILE|URL|NAME  checkpoint (.pth, .safetensors), or a released name such as vim-tiny; the small built-in
                         model unless given
  --top K                number of classes (5)
  --key NAME             part of the checkpoint that holds the weights, such as model_ema
  --options JSON         constructor options that the file cannot say, such as '{"img_size": 384}'
  --choices JSON         what a run is given beside the image, such as '{"seed": 7}'
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 one JSON line per image
${MODEL_HELP}

An image that fails does not stop the rest; the exit code is 1 then.`;

/** `classify`. */
export const classifyCommand: Command = {
  summary: "say what is on a photo",
  help: HELP,
  needs: ["read", "env", "net"],
  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      ...DEVICE_OPTIONS,
      model: { type: "string" },
      top: { type: "string" },
      ...MODEL_OPTIONS,
      options: { type: "string" },
      choices: { type: "string" },
    });
    const images = (await imagePaths(positionals, false)).map(({ path }) => path);
    if (images.length === 0) {
      const fact = positionals.length > 0 ? `${positionals.join(" ")} has none` : "there is none";
      throw new UsageError(`Cannot classify as at least one IMAGE must be given: ${fact}`);
    }
    const top = countOption("top", values.top, 1) ?? 5;
    const options = jsonOption("options", values.options), choices = jsonOption("choices", values.choices);
    await using device = await openDevice(deviceOption(values));
    const started = performance.now();
    const progress = loadingLine(terminal);
    await using model = await loadModel(device, values.model ?? await defaultModel("classify"), {
      onProgress: progress.onProgress,
      signal: terminal.signal,
      options,
      ...modelOption(values),
    }).finally(progress.done);
    const load = performance.now() - started;
    if (!values.json) { for (const line of describe(device, model, load)) terminal.print(line); }

    let failed = 0;
    for (const image of images) {
      terminal.signal.throwIfAborted();
      try {
        const source = image === STANDARD ? await allOfStandardInput(terminal.signal) : image;
        const result = await classify(model, source, { top, choices, signal: terminal.signal });
        terminal.print(values.json ? jsonLine(image, model, result) : table(image, result));
        if (!values.json) { for (const warning of result.warnings ?? []) terminal.complain(`${image}: ${warning}`); }
      } catch (error) {
        terminal.signal.throwIfAborted();
        failed++;
        terminal.complain(`${image}: ${oneLine(error)}`);
        if (values.json) terminal.print(JSON.stringify({ image, error: oneLine(error) }));
      }
    }
    return failed > 0 ? 1 : 0;
  },
};

/** The value of an option that is a JSON object. */
export function jsonOption(name: string, text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as for any other value that is not an object.
  }
  throw new UsageError(`Cannot use --${name} as it must be a JSON object: current value is ${text}`);
}

function describe(device: Device, model: Model, load: number): string[] {
  const { variant, family, parameters } = model.info;
  return [
    `device  ${device.name}: ${device.account?.reason}`,
    `model   ${variant ?? family}, ${(parameters / 1e6).toFixed(2)} M parameters, loaded in ${load.toFixed(0)} ms`,
  ];
}

function table(image: string, { labels, timings }: Classification): string {
  const { decode, preprocess, run } = timings;
  return [
    "",
    image,
    ...labels.map(({ name, probability }) => `${(100 * probability).toFixed(1).padStart(6)} %  ${printable(name)}`),
    `time    decode ${decode.toFixed(1)} ms, preprocess ${preprocess.toFixed(1)} ms, run ${run.toFixed(1)} ms`,
  ].join("\n");
}

function jsonLine(image: string, model: Model, { labels, device, timings, warnings }: Classification): string {
  return JSON.stringify({ image, model: model.info.variant ?? model.info.family, device, labels, timings, warnings });
}
