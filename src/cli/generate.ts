/**
 * `sidewinder generate PROMPT`
 *
 * @module
 */
import { generate, type GenerateOptions } from "../generate.ts";
import { loadLanguageModel } from "../language_model.ts";
import { openDevice } from "../open_device.ts";
import {
  type Command,
  countOption,
  DEVICE_OPTIONS,
  deviceOption,
  MODEL_HELP,
  MODEL_OPTIONS,
  modelOption,
  parse,
  UsageError,
} from "./command.ts";
import { loadingLine } from "./progress.ts";
import { openTokenizer, textOf, tokenizerBeside } from "./tokenizer.ts";

const HELP = `Usage: sidewinder generate PROMPT --model FILE [options]
       sidewinder generate --ids 510,2774 --model FILE [options]

Goes on with a text, token by token, with a Mamba language model.

  --model FILE|URL|NAME  the checkpoint (pytorch_model.bin, model.safetensors)
  --tokenizer FILE       the tokenizer.json of the model, which a PROMPT needs; the one beside the checkpoint unless given
  --ids A,B,C            the prompt as token ids; what follows is printed as ids
  --max-tokens N         tokens at most (100)
  --temperature T        0 (default) takes the likeliest token, 1 draws as the model says
  --top-k K              draws among the K likeliest tokens
  --top-p P              draws among the likeliest tokens that make up this share of the probability
  --seed N               seed of the draws (0): the same seed gives the same text
  --stop A,B             ids that end the text; the tokenizer's <|endoftext|> unless given
  --key NAME             part of the checkpoint that holds the weights
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 one JSON line a token, then one with the whole
${MODEL_HELP}`;

const MOST_TOKENS = 100;
const END = "<|endoftext|>";

/** Token ids of an option. */
function idsOption(name: string, text: string | undefined): readonly number[] | undefined {
  const ids = text?.split(",").map((id) => id.trim());
  const wrong = ids?.find((id) => !/^\d+$/.test(id));
  if (wrong !== undefined) {
    throw new UsageError(
      `Cannot use --${name} as it must be token ids, parted by commas: current value is ${JSON.stringify(text)}`,
    );
  }
  return ids?.map(Number);
}

/** A number of an option. */
function numberOption(name: string, text: string | undefined): number | undefined {
  const value = text === undefined ? undefined : Number(text);
  if (value !== undefined && (Number.isNaN(value) || text!.trim() === "")) {
    throw new UsageError(`Cannot use --${name} as it must be a number: current value is ${JSON.stringify(text)}`);
  }
  return value;
}

/** `generate`. */
export const generateCommand: Command = {
  summary: "go on with a text",
  help: HELP,
  needs: ["read", "env", "net"],
  async run(args, terminal) {
    const { values, positionals: [prompt, ...more] } = parse(args, {
      ...DEVICE_OPTIONS,
      model: { type: "string" },
      tokenizer: { type: "string" },
      ids: { type: "string" },
      "max-tokens": { type: "string" },
      temperature: { type: "string" },
      "top-k": { type: "string" },
      "top-p": { type: "string" },
      seed: { type: "string" },
      stop: { type: "string" },
      ...MODEL_OPTIONS,
    });
    const { model: source, json } = values, given = idsOption("ids", values.ids);
    if (source === undefined || more.length > 0 || (prompt === undefined) === (given === undefined)) {
      throw new UsageError(
        "Cannot generate as --model FILE and either one PROMPT or --ids must be given: see sidewinder generate --help",
      );
    }
    const temperature = numberOption("temperature", values.temperature), topP = numberOption("top-p", values["top-p"]);
    const topK = countOption("top-k", values["top-k"], 0), seed = countOption("seed", values.seed, 0);
    const maxTokens = countOption("max-tokens", values["max-tokens"], 0) ?? MOST_TOKENS;
    const stop = idsOption("stop", values.stop), opening = deviceOption(values);
    const path = values.tokenizer ?? (given ? undefined : await tokenizerBeside(source));
    if (prompt !== undefined && path === undefined) {
      throw new UsageError(
        "Cannot generate as a PROMPT needs --tokenizer tokenizer.json: there is none beside the checkpoint; --ids needs none",
      );
    }
    const tokenizer = path === undefined ? undefined : await openTokenizer(path);
    const ids = given ?? tokenizer!.encode(prompt!).ids;
    await using device = await openDevice(opening);
    const loading = loadingLine(terminal);
    await using model = await loadLanguageModel(device, source, {
      onProgress: loading.onProgress,
      signal: terminal.signal,
      ...modelOption(values),
    }).finally(loading.done);
    const end = tokenizer?.token_to_id(END), ending = stop ?? (end === undefined ? [] : [end]);
    const options: GenerateOptions = {
      maxTokens,
      stop: ending,
      signal: terminal.signal,
      ...(temperature === undefined ? {} : { temperature }),
      ...(topK === undefined ? {} : { topK }),
      ...(topP === undefined ? {} : { topP }),
      ...(seed === undefined ? {} : { seed }),
    };
    const made: number[] = [], text = tokenizer && textOf(tokenizer);
    let whole = "";
    for await (const id of generate(model, ids, options)) {
      const added = text?.(id) ?? `${made.length > 0 ? "," : ""}${id}`;
      made.push(id);
      whole += added;
      if (json) terminal.print(JSON.stringify({ id, ...(text ? { text: added } : {}) }));
      else terminal.write(added);
    }
    if (json) {
      terminal.print(JSON.stringify({ prompt: ids, ids: made, ...(text ? { text: whole } : {}), device: device.name }));
    } else terminal.print("");
    return 0;
  },
};
