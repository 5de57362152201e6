import { assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("nearest() finds a name with few letters wrong, and none for another word", () => {
  assertEquals(nearest("inof", ["info", "convert"]), undefined);
  assertEquals(nearest("inf", ["info", "convert"]), "info");
  assertEquals(nearest("banana", ["info", "convert"]), undefined);
});
