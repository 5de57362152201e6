/** `sidewinder generate`, by ids and by text. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Tokenizer } from "@huggingface/tokenizers";
import { generateCommand } from "../../src/cli/generate.ts";
import { generate } from "../../src/generate.ts";
import { loadLanguageModel } from "../../src/language_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { tinyCheckpoint } from "../language/tiny.ts";
import { TOKENIZER } from "../language/tokenizer.ts";
import { inFolder, runCommand, writeCheckpoint, writeGolden } from "./in_process.ts";

const DRAWS = ["--temperature", "1.2", "--top-k", "20", "--top-p", "0.95", "--seed", "11"];
const PROMPT = "the thin man.";

const tokenizer = new Tokenizer(TOKENIZER as never, {});

/** Token ids after a prompt, from the function. */
async function made(ids: readonly number[], maxTokens: number): Promise<number[]> {
  await using device = await openWasm();
  await using model = await loadLanguageModel(device, tinyCheckpoint());
  return await Array.fromAsync(generate(model, ids, { maxTokens, temperature: 1.2, topK: 20, topP: 0.95, seed: 11 }));
}

Deno.test("sidewinder generate prints the ids that generate() gives", () =>
  inFolder(async (folder) => {
    const model = await writeCheckpoint(`${folder}/model.safetensors`, tinyCheckpoint({ hf: true }));
    const args = ["--model", model, "--ids", "5, 7,9", "--max-tokens", "8", ...DRAWS];
    const { code, out, err } = await runCommand(generateCommand, ...args);
    assertEquals([code, err], [0, ""]);
    const wanted = await made([5, 7, 9], 8);
    assertEquals(out, `${wanted.join(",")}\n`);

    const stopped = await runCommand(generateCommand, ...args, "--stop", String(wanted[3]));
    assertEquals(stopped.out, `${wanted.slice(0, wanted.indexOf(wanted[3]!)).join(",")}\n`);

    const json = await runCommand(generateCommand, ...args, "--json");
    const lines = json.out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.slice(0, -1), wanted.map((id) => ({ id })));
    assertEquals([lines.at(-1).prompt, lines.at(-1).ids], [[5, 7, 9], wanted]);
  }));

Deno.test("sidewinder generate takes and prints text by the tokenizer beside the checkpoint", () =>
  inFolder(async (folder) => {
    const model = await writeCheckpoint(`${folder}/model.safetensors`, tinyCheckpoint());
    const without = await runCommand(generateCommand, PROMPT, "--model", model);
    assertStringIncludes(without.err, "--tokenizer tokenizer.json");
    await Deno.writeTextFile(`${folder}/tokenizer.json`, JSON.stringify(TOKENIZER));
    const { ids } = tokenizer.encode(PROMPT);
    assertEquals(tokenizer.decode(ids), PROMPT);
    const wanted = (await made(ids, 12)).filter((id) => id < 37);
    const end = wanted.indexOf(0), kept = end < 0 ? wanted : wanted.slice(0, end);
    const { code, out, err } = await runCommand(
      generateCommand,
      PROMPT,
      "--model",
      model,
      "--max-tokens",
      "12",
      ...DRAWS,
    );
    assertEquals([code, err], [0, ""]);
    assertEquals(out, `${tokenizer.decode(kept)}\n`);
  }));

Deno.test("examples/language/generate.ts goes on with a text by a model and its tokenizer", () =>
  inFolder(async (folder) => {
    const model = await writeCheckpoint(`${folder}/model.safetensors`, tinyCheckpoint());
    const vocabulary = `${folder}/tokenizer.json`;
    await Deno.writeTextFile(vocabulary, JSON.stringify(TOKENIZER));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "examples/language/generate.ts", model, vocabulary, PROMPT],
    }).output();
    assertEquals([code, code === 0 ? "" : new TextDecoder().decode(stderr)], [0, ""]);
    assertStringIncludes(new TextDecoder().decode(stdout), PROMPT);
  }));

Deno.test("sidewinder generate answers bad prompts and options with one line", () =>
  inFolder(async (folder) => {
    const model = await writeCheckpoint(`${folder}/model.safetensors`, tinyCheckpoint());
    const other = await writeGolden(`${folder}/other.safetensors`, "models_tiny/mambaout_tiny");
    await Deno.writeTextFile(`${folder}/broken.json`, "{}");
    for (
      const [args, message] of [
        [["--model", model], "either one PROMPT or --ids must be given"],
        [["a", "--ids", "1", "--model", model], "either one PROMPT or --ids must be given"],
        [["--ids", "1"], "--model FILE"],
        [["--ids", "1,x", "--model", model], "--ids as it must be token ids"],
        [["--ids", "", "--model", model], "--ids as it must be token ids"],
        [["--ids", "40", "--model", model], "a whole number from 0 to 39"],
        [["--ids", "1", "--model", model, "--temperature", "hot"], "--temperature as it must be a number"],
        [["--ids", "1", "--model", model, "--temperature=-1"], "temperature must be a number of at least 0"],
        [["--ids", "1", "--model", model, "--top-p", "2"], "topP must be above 0 and at most 1"],
        [["--ids", "1", "--model", model, "--max-tokens=-1"], "max-tokens"],
        [["a", "--model", model, "--tokenizer", `${folder}/broken.json`], "must describe a tokenizer"],
        [["--ids", "1", "--model", other], "Cannot load a language model"],
      ] as const
    ) {
      const { code, out, err } = await runCommand(generateCommand, ...args);
      assertEquals([code, out], [1, ""], message);
      assertStringIncludes(err, message);
    }
  }));
