import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { openSource } from "../../src/bytes/source.ts";

const PHOTO = "examples/photos/coffee.png";
const MODEL = "weights/vim_micro/vim_micro.safetensors";

/** Runs the command line in a process of its own. */
async function sidewinder(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "cli.ts", ...args] })
    .output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

const temporary = async (test: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

Deno.test("sidewinder --help lists the commands, and each command has its own", async () => {
  const { code, out } = await sidewinder("--help");
  assertEquals(code, 0);
  for (const command of ["classify", "info", "convert", "doctor"]) {
    assert(out.includes(`\n  ${command} `), out);
    const help = await sidewinder(command, "--help");
    assertEquals([help.code, help.err], [0, ""]);
    assert(help.out.startsWith(`Usage: sidewinder ${command}`), help.out);
  }
});

Deno.test("sidewinder classify - reads a photo from standard input", async () => {
  const cli = new URL("../../cli.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", cli, "classify", "-", "--json", "--device", "wasm"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [, { code, stdout }] = await Promise.all([
    (await Deno.open("examples/photos/coffee.png")).readable.pipeTo(child.stdin),
    child.output(),
  ]);
  const { image, labels } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals([code, image, labels[0].name], [0, "-", "espresso"]);
});

Deno.test("sidewinder classify prints labels, device, reason and timings", async () => {
  const { code, out, err } = await sidewinder("classify", PHOTO, "--top", "3");
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /device {2}wasm .*: the fastest device here/);
  assertMatch(out, /76\.\d % {2}espresso/);
  assertMatch(out, /time {4}decode .* ms, preprocess .* ms, run .* ms/);
});

Deno.test("sidewinder classify --json gives one line per image and goes on after a bad one", async () => {
  const { code, out, err } = await sidewinder("classify", "README.md", PHOTO, "--json", "--device", "wasm-simd128");
  assertEquals(code, 1);
  const [bad, good] = out.trim().split("\n").map((line) => JSON.parse(line));
  assert(bad.error.startsWith("Cannot"), bad.error);
  assertEquals(good.labels.length, 5);
  assertEquals(good.labels[0].name, "espresso");
  assertEquals(good.device, "wasm simd128");
  assertEquals(err.trim().split("\n").length, 1);
});

Deno.test("sidewinder answers wrong arguments with one line and exit code 2", async () => {
  for (
    const args of [
      ["frobnicate"],
      ["classify"],
      ["classify", PHOTO, "--tops", "3"],
      ["classify", PHOTO, "--top", "0"],
      ["classify", PHOTO, "--device", "abacus"],
      ["classify", PHOTO, "--options", "{"],
      ["info"],
      ["convert", MODEL],
      ["convert", MODEL, "out.safetensors", "--dtype", "f8"],
    ]
  ) {
    const { code, out, err } = await sidewinder(...args);
    assertEquals(code, 2, args.join(" "));
    assertEquals(out, "");
    assertMatch(err, /^Cannot [^\n]*\n$/, args.join(" "));
  }
});

Deno.test("sidewinder info tells what a checkpoint is and where each option comes from", async () => {
  const { code, out } = await sidewinder("info", MODEL, "--json");
  assertEquals(code, 0);
  const info = JSON.parse(out);
  assertEquals([info.family, info.parameters, info.labels], ["vim", 3_277_064, 200]);
  assertEquals([info.options.img_size, info.sources.img_size], [64, "file metadata"]);
  assertEquals(info.sources.embed_dim, "keys and shapes");
  assertEquals(info.sources.norm_epsilon, "released defaults");
  const text = await sidewinder("info", "tests/golden/pth/vim_training.pth");
  assertEquals(text.code, 0, text.err);
  assertMatch(text.out, /part model\)/);
  assertMatch(text.out, /ignored .*optimizer/);
});

Deno.test("sidewinder info and classify answer a damaged checkpoint with one line", async () => {
  for (const file of ["truncated_half.pth", "lfs_pointer.pth", "evil_os_system.pth", "empty_file.pth"]) {
    for (const args of [["info"], ["classify", PHOTO, "--model"]]) {
      const { code, out, err } = await sidewinder(...args, `tests/golden/pth/${file}`);
      assertEquals([code, out], [1, ""], file);
      assertMatch(err, /^Cannot [^\n]*\n$/, file);
    }
  }
});

Deno.test("sidewinder convert halves a checkpoint, keeps what it says, and does not overwrite", () =>
  temporary(async (folder) => {
    const out = `${folder}/model.safetensors`;
    const first = await sidewinder("convert", "tests/golden/pth/vim_training.pth", out, "--dtype", "f16");
    assertEquals([first.code, first.err], [0, ""]);
    const source = await openSource(out);
    const { entries, metadata } = await readSafetensors(source);
    await source.close();
    assertEquals(entries.length, 24);
    assert(entries.every(({ dtype }) => dtype === "F16"));
    assertEquals(JSON.parse(metadata.sidewinder!).family, "vim");

    const again = await sidewinder("convert", "tests/golden/pth/vim_training.pth", out);
    assertEquals(again.code, 1);
    assertMatch(again.err, /--force/);
    const forced = await sidewinder("convert", "tests/golden/pth/vim_training.pth", out, "--force");
    assertEquals(forced.code, 0);
    assertMatch((await sidewinder("convert", out, out, "--force")).err, /must not be the input itself/);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("sidewinder convert leaves nothing behind when stopped or when the input is bad", () =>
  temporary(async (folder) => {
    const bad = await sidewinder("convert", "tests/golden/pth/storage_short.pth", `${folder}/x.safetensors`);
    assertEquals(bad.code, 1);
    assertEquals([...Deno.readDirSync(folder)].length, 0);

    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", "classify", ...Array(500).fill(PHOTO)],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGINT");
    reader.releaseLock();
    const { code, stderr } = await child.output();
    assertEquals(code, 130);
    assertEquals(new TextDecoder().decode(stderr), "stopped by Ctrl-C\n");
  }));

Deno.test("sidewinder doctor tells what was tried", async () => {
  const { code, out } = await sidewinder("doctor", "--json");
  const report = JSON.parse(out);
  assertEquals(code, 0);
  assertMatch(report.runtime, /^Deno /);
  assert(report.tried.length > 0);
});
