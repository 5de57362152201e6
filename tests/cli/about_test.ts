import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { nearest } from "../../src/bytes/near.ts";

async function run(...args: string[]) {
  const cli = new URL("../../cli.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...args.slice(0, 1), cli, ...args.slice(1)],
  });
  const { code, stdout, stderr } = await command.output(), text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

Deno.test("sidewinder --version and --help need no permission", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(await run("--quiet", "--version"), { code: 0, out: `${version}\n`, err: "" });
  for (const args of [["--help"], ["convert", "--help"]]) {
    const { code, out } = await run("--quiet", ...args);
    assertEquals(code, 0);
    assertStringIncludes(out, "Usage: sidewinder");
  }
});

Deno.test("sidewinder names the command that was meant, and the one ending that convert writes", async () => {
  const { code, err } = await run("-A", "clasify");
  assertEquals(code, 2);
  assertStringIncludes(err, "did you mean classify?");
  const refused = await run("-A", "convert", "weights/vim_micro/vim_micro.safetensors", "out.pth");
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.err, ".safetensors");
});

Deno.test("sidewinder names the option that was meant", async () => {
  const { code, err } = await run("-A", "restore", "--scael", "2", "x.png");
  assertEquals(code, 2);
  assertEquals(err.trim(), "Cannot read the arguments: Unknown option '--scael': did you mean --scale?");
});

Deno.test("sidewinder says which file cannot be read, whatever the command, and exits with 1", async () => {
  const model = ["--model", "no.pth"];
  for (
    const args of [
      ["classify", "no.png"],
      ["compare", "no.png", "no.png"],
      ["convert", "weights/vim_micro/vim_micro.safetensors", "out/no.safetensors", "--labels", "no.json"],
      ["forecast", "no.csv", "-o", "out/no.csv", ...model],
      ["fuse", "no.tif", "no.tif", "-o", "out/no.tif", ...model],
      ["generate", "Once", "--tokenizer", "no.json", ...model],
      ["info", "no.pth"],
      ["restore", "no.png", "-o", "out/no.png", "--device", "wasm"],
    ]
  ) {
    const { code, err } = await run("-A", ...args);
    assertEquals(code, 1, `${args}: ${err}`);
    assertMatch(err, /Cannot (read|open) no\.\w+ as it must be a readable file: current answer is .+\n$/);
  }
});

Deno.test("sidewinder convert refuses labels of another count, and what is no list", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const [text, words] of [
        ['["a", "b"]', "must name 200 classes: it names 2"],
        ["a, b", "must hold a JSON list of texts: it does not"],
      ] as const
    ) {
      await Deno.writeTextFile(`${folder}/labels.json`, text);
      const model = "weights/vim_micro/vim_micro.safetensors", out = `${folder}/out.safetensors`;
      const { code, err } = await run("-A", "convert", model, out, "--labels", `${folder}/labels.json`);
      assertEquals([code, err.includes(words)], [2, true], err);
      assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["labels.json"]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sidewinder completions completes commands and the options of each in bash, and names them for zsh and fish", async () => {
  const { code, out } = await run("-A", "completions", "bash");
  assertEquals(code, 0);
  const complete = async (...words: string[]) => {
    const script = `${out}\nCOMP_WORDS=(sidewinder ${words.map((word) => `"${word}"`).join(" ")})
COMP_CWORD=${words.length}; COMPREPLY=(); _sidewinder; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await new Deno.Command("bash", { args: ["-c", script] }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assertEquals(await complete("cl"), "classify");
  assertEquals(await complete("restore", "--sc"), "--scale");
  assertEquals(await complete("restore", "--me"), "--megapixels --memory"); // the one not first in its line
  assertEquals(await complete("restore", "--lossl"), "--lossless");
  assertEquals(await complete("doctor", "--"), "--device --threads --json --help");
  assertEquals(await complete("classify", "pho"), ""); // files, which the shell knows
  for (const shell of ["zsh", "fish"]) {
    const script = (await run("-A", "completions", shell)).out;
    for (const word of ["restore", "doctor", "completions", shell === "fish" ? "-l scale" : "--scale"]) {
      assertStringIncludes(script, word);
    }
  }
  for (const other of ["tcsh", "toString"]) assertEquals((await run("-A", "completions", other)).code, 2);
});

Deno.test("nearest() finds a name with few letters wrong, and none for another word", () => {
  assertEquals(nearest("inof", ["info", "convert"]), "info");
  assertEquals(nearest("inf", ["info", "convert"]), "info");
  assertEquals(nearest("banana", ["info", "convert"]), undefined);
});
