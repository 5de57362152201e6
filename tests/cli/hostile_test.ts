/** Hostile, damaged and merely odd checkpoints: `info`, `classify` and `convert` give one verdict on each. */
import { assertEquals } from "@std/assert";
import { classifyCommand } from "../../src/cli/classify.ts";
import { convertCommand } from "../../src/cli/convert.ts";
import { infoCommand } from "../../src/cli/info.ts";
import { commandsFor, type Ended, GUESSED, PLAIN, REFUSED, TAKEN, wrongAnswer, wrongRefusal } from "./hostile_files.ts";
import { inFolder, runCommand } from "./in_process.ts";

const COMMANDS = { info: infoCommand, classify: classifyCommand, convert: convertCommand };

/** Runs the three commands. */
async function endedOf(name: string, out: string): Promise<Ended[]> {
  const all: Ended[] = [];
  for (const [command, ...args] of commandsFor(name, out)) {
    const { code, out, err } = await runCommand(COMMANDS[command as keyof typeof COMMANDS], ...args);
    all.push([code, out, err]);
  }
  return all;
}

for (const refused of REFUSED) {
  Deno.test(`sidewinder refuses ${refused.name} in the same words whatever the command, and writes nothing`, () =>
    inFolder(async (folder) => {
      assertEquals(wrongRefusal(refused, await endedOf(refused.name, `${folder}/out.safetensors`)), undefined);
      assertEquals([...Deno.readDirSync(folder)], []);
    }));
}

for (const taken of TAKEN) {
  Deno.test(`sidewinder takes ${taken.name} whatever the command, and what convert writes is the same model`, () =>
    inFolder(async (folder) => {
      const out = `${folder}/out.safetensors`;
      assertEquals(wrongAnswer(taken, await endedOf(taken.name, out), PLAIN), undefined);
      const again = await runCommand(
        classifyCommand,
        ...commandsFor(taken.name, "")[1]!.slice(1, 2),
        ...["--model", out, "--device", "wasm", "--json"],
      );
      assertEquals(PLAIN.test(again.out), true, again.out + again.err);
    }));
}

for (const guessed of GUESSED) {
  Deno.test(`sidewinder marks what it guesses of ${guessed.name}`, () =>
    inFolder(async (folder) => {
      const ended = await endedOf(guessed.name, `${folder}/out.safetensors`);
      assertEquals(wrongAnswer(guessed, ended, /"labels":\[/), undefined);
    }));
}
