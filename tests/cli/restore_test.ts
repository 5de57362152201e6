import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import type { Channels } from "../../src/image/pixels.ts";

async function sidewinder(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "cli.ts", ...args] })
    .output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Runs a test in a folder of its own that holds two small pictures and a text that claims to be one. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const picture = (width: number, height: number, channels: Channels) =>
      encodeImage(
        {
          data: Uint8Array.from({ length: width * height * channels }, (_, i) => i * 37 % 256),
          width,
          height,
          channels,
        },
        { type: "png" },
      );
    await Deno.mkdir(`${folder}/in`);
    await Deno.writeFile(`${folder}/in/a.png`, await picture(9, 7, 3));
    await Deno.writeFile(`${folder}/in/b.png`, await picture(1, 1, 2));
    await Deno.writeTextFile(`${folder}/in/c.png`, "not a picture");
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sidewinder restore goes through a folder, goes on after a bad image, and says so", () =>
  inFolder(async (folder) => {
    const { code, out, err } = await sidewinder("restore", `${folder}/in`, "-o", `${folder}/out`);
    assertEquals(code, 1);
    assertMatch(out, /a\.png {2}18 × 14, 1 tile/);
    assertMatch(err, /in\/c\.png: Cannot /);
    assertEquals([...Deno.readDirSync(`${folder}/out`)].map(({ name }) => name).sort(), ["a.png", "b.png"]);
    const { width, height, channels } = await decodeImage(`${folder}/out/b.png`);
    assertEquals([width, height, channels], [2, 2, 2]);
  }));

Deno.test("sidewinder restore takes globs, scales, formats and tasks, and gives JSON events", () =>
  inFolder(async (folder) => {
    const glob = await sidewinder("restore", `${folder}/in/[ab].png`, "-o", `${folder}/x3/`, "--scale", "3", "--json");
    assertEquals(glob.code, 0, glob.err);
    const events = glob.out.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(events.filter(({ event }) => event === "done").map(({ width }) => width), [27, 3]);
    assert(events.some(({ event, fraction }) => event === "progress" && fraction === 1));

    const jpeg = await sidewinder("restore", `${folder}/in/a.png`, "-o", `${folder}/a.jpg`, "--task", "denoise");
    assertEquals(jpeg.code, 0, jpeg.err);
    assertEquals((await decodeImage(`${folder}/a.jpg`)).width, 9);
  }));

Deno.test("sidewinder restore neither overwrites nor mixes up files", () =>
  inFolder(async (folder) => {
    const a = `${folder}/in/a.png`;
    for (
      const [exit, ...args] of [
        [1, a, "-o", a],
        [1, a, a, "-o", `${folder}/out`],
        [2, a, "-o", `${folder}/a.bmp`],
      ] as const
    ) {
      const { code, out, err } = await sidewinder("restore", ...args, "--force");
      assertEquals([code, out], [exit, ""]);
      assertMatch(err, /^Cannot write [^\n]*\n$/);
    }
    await Deno.writeTextFile(`${folder}/mine.png`, "precious");
    const refused = await sidewinder("restore", a, "-o", `${folder}/mine.png`);
    assertEquals(refused.code, 1);
    assertMatch(refused.err, /--force overwrites it/);
    assertEquals(await Deno.readTextFile(`${folder}/mine.png`), "precious");
    const forced = await sidewinder("restore", a, "-o", `${folder}/mine.png`, "--force");
    assertEquals(forced.code, 0);
  }));

Deno.test("sidewinder restore writes no folder, and no two pictures, into what is named as one picture", () =>
  inFolder(async (folder) => {
    const a = `${folder}/in/a.png`;
    for (const [named, fact] of [[[`${folder}/in`], "it is a folder"], [[a, a], "there are 2"]] as const) {
      const { code, err } = await sidewinder("restore", ...named, "-o", `${folder}/x.png`);
      assertEquals(code, 2);
      assertMatch(err, new RegExp(`^Cannot write .*x\\.png as IN must be one image: ${fact};`));
    }
  }));

Deno.test("sidewinder restore answers wrong arguments with one line and exit code 2", async () => {
  const photo = "examples/photos/coffee.png";
  for (
    const args of [
      [],
      [photo],
      [photo, "-o", "x.png", "--task", "sharpen"],
      [photo, "-o", "x.png", "--task", "dejpeg"],
      [photo, "-o", "x.png", "--scale", "0"],
      [photo, "-o", "x.png", "--scale", "2", "--width", "9"],
      [photo, "-o", "x.png", "--fit", "9"],
      [photo, "-o", "x.png", "--depth", "10"],
      [photo, "-o", "x.png", "--frames", "9x9@rgb24"],
      [photo, "-o", "x.png", "--type", "bmp"],
      [photo, "-o", "x.png", "--tile", "huge"],
      [photo, "-o", "x.png", "--memory", "none"],
    ]
  ) {
    const { code, out, err } = await sidewinder("restore", ...args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertMatch(err, /^Cannot [^\n]*\n$/);
  }
});

Deno.test("sidewinder restore leaves nothing half-written when stopped", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", "restore", "examples/photos/astronaut.png", "-o", `${folder}/out/x.png`, "--json"],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    child.kill("SIGINT");
    reader.releaseLock();
    const { code } = await child.output();
    assertEquals(code, 130);
    assertEquals([...Deno.readDirSync(`${folder}/out`)].length, 0);
  }));

Deno.test("sidewinder compare prints PSNR and SSIM", async () => {
  const [a, b] = ["tests/golden/image/files/q90_s0.jpg", "tests/golden/image/files/q40_s1.jpg"];
  const { code, out, err } = await sidewinder("compare", a!, b!, "--crop", "2", "--json");
  assertEquals(code, 0, err);
  const { psnr, ssim } = JSON.parse(out);
  assert(psnr.rgb > 15 && psnr.rgb < psnr.y + 10 && ssim.y > 0.3 && ssim.y < 1, out);
  const same = await sidewinder("compare", a!, a!);
  assertMatch(same.out, /PSNR +Infinity +Infinity dB\nSSIM +1\.0000 +1\.0000/);
  assertEquals((await sidewinder("compare", a!)).code, 2);
  assertEquals((await sidewinder("compare", a!, "examples/photos/coffee.png")).code, 1);
});
