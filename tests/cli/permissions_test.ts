/** Each command runs with the permissions that its `--help` names, and asks for no other. */
import { assertEquals, assertMatch } from "@std/assert";
import { tinyCheckpoint } from "../language/tiny.ts";
import { HOSTILE, PHOTO } from "./hostile_files.ts";
import { inFolder, writeCheckpoint } from "./in_process.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function run(flags: readonly string[], args: readonly string[], cwd: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--no-config", ...flags, `${ROOT}cli.ts`, ...args],
    cwd,
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const MODEL = `${HOSTILE}orig_mod.pth`;
/** Arguments of each command, files aside in a folder of their own. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  info: [MODEL],
  compare: [PHOTO, PHOTO],
  completions: ["bash"],
  doctor: ["--device", "wasm"],
  classify: [PHOTO, "--model", MODEL, "--device", "wasm"],
  convert: [MODEL, "out.safetensors"],
  restore: [PHOTO, "-o", "out.png", "--device", "wasm"],
  generate: ["--model", "model.safetensors", "--ids", "5", "--max-tokens", "2", "--device", "wasm"],
};

for (const [name, args] of Object.entries(COMMANDS)) {
  Deno.test(`sidewinder ${name} needs the permissions that its --help names, and those only`, () =>
    inFolder(async (folder) => {
      if (name === "generate") await writeCheckpoint(`${folder}/model.safetensors`, tinyCheckpoint({ hf: true }));
      const { out } = await run([], [name, "--help"], folder), [, said] = /^In Deno: (.*)$/m.exec(out) ?? [];
      assertMatch(
        said ?? out,
        /^(no permission|(--allow-(read|write|env|sys) ?)+)(; --allow-net for URLs and names)?$/,
      );
      const flags = said!.replace(/;.*/, "").split(" ").filter((word) => word.startsWith("--"));
      // Its own files are read, and what is given to it.
      const own = flags.map((flag) =>
        flag === "--allow-read" || flag === "--allow-write" ? `${flag}=${folder},${ROOT}` : flag
      );
      const all = own.some((flag) => flag.startsWith("--allow-read")) ? own : [...own, `--allow-read=${ROOT}`];
      const { code, err } = await run(all, [name, ...args], folder);
      assertEquals([code, /requires? \w+ access|NotCapable/i.test(err)], [0, false], err);
    }));
}
