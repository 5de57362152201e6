import { assert, assertEquals, assertMatch } from "@std/assert";
import { imagePaths } from "../../src/cli/image_paths.ts";
import { restoreCommand } from "../../src/cli/restore.ts";
import { inFolder, runCommand } from "./in_process.ts";

const PHOTO = "tests/golden/image/reported/sprite_same.png";

async function sidewinder(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "cli.ts", ...args] })
    .output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Names in a folder and below it. */
const namesIn = (folder: string): string[] => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("sidewinder restore finds images by content, skips sidecars, and ends names by the format written", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    const long = "漢".repeat(83); // 249 bytes, and four of the ending
    for (const name of ["x.jfif", "photo", "r2image.200", "bild.größe", "y.PNG", `${long}.png`]) {
      await Deno.copyFile(PHOTO, `${folder}/in/${name}`);
    }
    for (const name of ["._y.PNG", "Thumbs.db", ".DS_Store", "notes.txt"]) {
      await Deno.writeTextFile(`${folder}/in/${name}`, "no picture");
    }
    const { code, err } = await sidewinder("restore", `${folder}/in`, "-o", `${folder}/out`);
    assertEquals(code, 0, err);
    assertEquals(
      namesIn(`${folder}/out`),
      ["bild.größe.png", "photo.png", "r2image.200.png", "x.png", "y.png", `${long}.png`].sort(),
    );
  }));

Deno.test("imagePaths() passes over pipes and loops in folders, and names links that lead nowhere", () =>
  inFolder(async (folder) => {
    await Deno.copyFile(PHOTO, `${folder}/a.png`);
    await Deno.symlink("a.png", `${folder}/link.png`);
    await Deno.symlink("nowhere", `${folder}/lost.png`);
    await Deno.symlink(".", `${folder}/loop`);
    const { success } = await new Deno.Command("mkfifo", { args: [`${folder}/pipe.png`] }).output();
    assertEquals(success, true);
    const names = (await imagePaths([folder], true)).map(({ path }) => path.slice(folder.length + 1));
    assertEquals(names, ["a.png", "link.png", "lost.png"]);
  }));

Deno.test("sidewinder restore takes folders whose names hold signs of patterns", () =>
  inFolder(async (folder) => {
    for (const name of ["br (1)", "a[b]c", "w?x"]) {
      await Deno.mkdir(`${folder}/${name}`);
      await Deno.copyFile(PHOTO, `${folder}/${name}/${name}.png`);
    }
    const globs = ["br (1)", "a[b]c", "w?x"].map((name) => `${folder}/${name}/*.png`);
    const { code, err } = await sidewinder("restore", ...globs, "-o", `${folder}/out`);
    assertEquals(code, 0, err);
    assertEquals(namesIn(`${folder}/out`), ["a[b]c.png", "br (1).png", "w?x.png"]);
  }));

Deno.test("sidewinder restore never writes over its input, by whatever link", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    const original = `${folder}/in/a.png`, before = await Deno.readFile(PHOTO);
    await Deno.copyFile(PHOTO, original);
    await Deno.symlink(original, `${folder}/link.png`);
    await Deno.link(original, `${folder}/hard.png`);
    await Deno.symlink(`${folder}/in`, `${folder}/alias`);
    for (
      const [from, to] of [
        [`${folder}/link.png`, original],
        [original, `${folder}/link.png`],
        [`${folder}/hard.png`, original],
        [`${folder}/in/`, `${folder}/alias/`],
      ]
    ) {
      const { code, err } = await sidewinder("restore", from!, "-o", to!, "--force");
      assertEquals(code, 1);
      assertMatch(err, /must not be the input itself/);
      assertEquals(await Deno.readFile(original), before);
    }
  }));

Deno.test("sidewinder restore refuses what the format cannot hold before any work", () =>
  inFolder(async (folder) => {
    const wide = "tests/golden/image/reported/wide8200.png";
    const { code, out, err } = await sidewinder("restore", wide, "-o", `${folder}/o.webp`, "--json");
    assertEquals(code, 1);
    assertMatch(err, /webp must be at most 16383 long: current size is 16400x/);
    assertEquals(out.includes('"progress"'), false);
    assertEquals(namesIn(folder), []);
  }));

for (const [signal, expected] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`sidewinder restore leaves nothing half-written after ${signal}`, () =>
    inFolder(async (folder) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "cli.ts", "restore", "examples/photos/astronaut.png", "-o", `${folder}/x.png`, "--json"],
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.getReader();
      await reader.read();
      reader.releaseLock();
      child.kill(signal);
      assertEquals((await child.output()).code, expected);
      assertEquals(namesIn(folder), []);
    }));
}

Deno.test("sidewinder restore --resume goes on after a kill -9 in the middle of a folder and of a picture", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in`);
    await Deno.copyFile(PHOTO, `${folder}/in/a.png`);
    await Deno.copyFile("examples/photos/astronaut.png", `${folder}/in/b.png`);
    await Deno.copyFile(PHOTO, `${folder}/in/c.png`);
    const args = ["restore", `${folder}/in`, "-o", `${folder}/out`, "--json"];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", ...args, "--scale", "2"],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    let told = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      told += part;
      const events = told.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      if (events.some(({ event, image, fraction }) => event === "progress" && /b\.png$/.test(image) && fraction > 0)) {
        child.kill("SIGKILL");
        break;
      }
    }
    assertEquals((await child.status).signal, "SIGKILL");
    const [part, ...others] = namesIn(`${folder}/out`);
    assertMatch(part!, /^\.\d+-[0-9a-f]{8}\.part$/);
    assertEquals(others, ["a.png"]);
    const first = await Deno.stat(`${folder}/out/a.png`), mine = `.${Deno.pid}-0123abcd.part`;
    await Deno.writeTextFile(`${folder}/out/${mine}`, ""); // of a process that goes on
    // The picture in the middle is taken for a smaller one, so that the rest is quick.
    await Deno.copyFile(PHOTO, `${folder}/in/b.png`);

    const { code, out, err } = await sidewinder(...args, "--scale", "2", "--resume");
    assertEquals(code, 0, err);
    const events = out.trim().split("\n").map((line) => JSON.parse(line));
    const named = (kind: string) =>
      events.filter(({ event }) => event === kind).map(({ out }) => out.split("/").at(-1));
    assertEquals([named("skipped"), named("done")], [["a.png"], ["b.png", "c.png"]]);
    assertEquals(namesIn(`${folder}/out`), [mine, "a.png", "b.png", "c.png"]);
    assertEquals((await Deno.stat(`${folder}/out/a.png`)).mtime, first.mtime);
    assertEquals(await Deno.readFile(`${folder}/out/b.png`), await Deno.readFile(`${folder}/out/c.png`));
  }));

Deno.test("sidewinder restore --recursive goes on after a folder that may not be read", () =>
  inFolder(async (folder) => {
    for (const name of ["in", "in/lost+found", "in/z"]) await Deno.mkdir(`${folder}/${name}`);
    for (const name of ["a.png", "z/b.png"]) await Deno.copyFile(PHOTO, `${folder}/in/${name}`);
    const args = ["restore", `${folder}/in`, "-o", `${folder}/out`, "--recursive"];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `--deny-read=${folder}/in/lost+found`, "--no-prompt", "cli.ts", ...args],
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
    assertEquals(code, 1, err);
    assertMatch(err, /in\/lost\+found: Cannot read .*lost\+found as it must be a readable file/);
    assert(out.includes("2 of 3 pictures, 1 failed"), out);
    assertEquals([namesIn(`${folder}/out`), namesIn(`${folder}/out/z`)], [["a.png", "z"], ["b.png"]]);
  }));

Deno.test("sidewinder restore --recursive goes on with results in a folder of the folder", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sub`);
    for (const name of ["a.png", "sub/b.png"]) await Deno.copyFile(PHOTO, `${folder}/${name}`);
    const args = [folder, "-o", `${folder}/out`, "--recursive", "--resume"];
    for (const said of ["2 of 2 pictures,", "0 of 2 pictures, 2 were there"]) {
      const { code, out, err } = await runCommand(restoreCommand, ...args);
      assertEquals(code, 0, err);
      assert(out.includes(said), out);
    }
    assertEquals([namesIn(`${folder}/out`), namesIn(`${folder}/out/sub`)], [["a.png", "sub"], ["b.png"]]);
    const { err } = await runCommand(restoreCommand, `${folder}/a.png`, "-o", `${folder}/sub/b.png/c.png`);
    assert(err.includes("as its folder must be a folder: it is a file"), err);
  }));

Deno.test("sidewinder restore --resume takes results beside their images for what they are", () =>
  inFolder(async (folder) => {
    for (const name of ["a.png", "b.jfif"]) await Deno.copyFile(PHOTO, `${folder}/${name}`);
    await Deno.writeFile(`${folder}/.1-0123abcd.part`, (await Deno.readFile(PHOTO)).subarray(0, 99));
    const args = [folder, "--suffix", "_x2", "--resume"], made = ["a.png", "a_x2.png", "b.jfif", "b_x2.png"];
    for (const said of ["2 of 2 pictures,", "0 of 2 pictures, 2 were there"]) {
      const { code, out, err } = await runCommand(restoreCommand, ...args);
      assertEquals(code, 0, err);
      assert(out.includes(said), out);
      assertEquals(namesIn(folder).filter((name) => !name.startsWith(".")), made);
    }
    // Without it a file that is there is not written over, whatever made it.
    assertEquals((await runCommand(restoreCommand, folder, "--suffix", "_x2", "--force")).code, 1);
  }));

Deno.test("sidewinder ends quietly when nobody reads what it prints", () =>
  inFolder(async (folder) => {
    const run = `${Deno.execPath()} run -A cli.ts`;
    for (
      const command of [
        "info weights/vim_micro/vim_micro.safetensors --tensors | head -1",
        "--help | true",
        `restore examples/photos/astronaut.png -o ${folder}/p.png --json | true`,
      ]
    ) {
      const { stderr } = await new Deno.Command("bash", { args: ["-c", `${run} ${command}`], stdout: "null" }).output();
      assertEquals(new TextDecoder().decode(stderr).replace(/^wasm[^\n]*\n|^[\w -]+: [^\n]*\n/, ""), "", command);
    }
    assertEquals(namesIn(folder).filter((name) => name.endsWith(".part")), []);
  }));

Deno.test("sidewinder says that what it prints cannot be written, and exits with 1", async () => {
  const run = `${Deno.execPath()} run -A cli.ts`;
  for (
    const command of [
      "--help",
      "completions bash",
      "info weights/vim_micro/vim_micro.safetensors",
      `classify ${PHOTO} --device wasm`,
    ]
  ) {
    const { code, stderr } = await new Deno.Command("bash", { args: ["-c", `${run} ${command} > /dev/full`] }).output();
    assertEquals(
      [code, new TextDecoder().decode(stderr)],
      [1, "Cannot write standard output as there must be room for it: the disk is full\n"],
      command,
    );
  }
  const { code } = await new Deno.Command("bash", { args: ["-c", `${run} nosuch 2> /dev/full`] }).output();
  assertEquals(code, 2);
});
