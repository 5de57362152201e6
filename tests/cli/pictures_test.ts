import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { imagePaths } from "../../src/cli/image_paths.ts";
import { makeRoom, targetsOf } from "../../src/cli/targets.ts";
import { decodeAnimation } from "../../src/image/animation.ts";
import { exifDensity } from "../../src/image/attached/exif.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { exifOrientation } from "../../src/image/headers/exif.ts";
import { inFolder } from "./in_process.ts";

const PICTURES = "tests/golden/image/pictures";

/** Runs the command line in a process of its own, with bytes through its standard streams. */
async function sidewinder(args: readonly string[], input?: Uint8Array<ArrayBuffer>) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", ...args],
    stdin: input ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input) await new Blob([input]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output(), text = new TextDecoder();
  return { code, bytes: stdout, out: text.decode(stdout), err: text.decode(stderr) };
}

const eventsOf = (out: string) => out.trim().split("\n").map((line) => JSON.parse(line));

Deno.test("sidewinder restore goes through folders of folders, tells a line a picture and a true total, and resumes", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in (1)/sub [2]?`, { recursive: true });
    await Deno.copyFile(`${PICTURES}/adobe.png`, `${folder}/in (1)/a.png`);
    await Deno.copyFile(`${PICTURES}/all.jpg`, `${folder}/in (1)/sub [2]?/b.jfif`);
    await Deno.writeTextFile(`${folder}/in (1)/c.png`, "no picture");
    const args = [
      "restore",
      `${folder}/in (1)`,
      "-o",
      `${folder}/out`,
      "--recursive",
      "--suffix",
      "_x1.5",
      "--type",
      "webp",
    ];
    const first = await sidewinder([...args, "--scale", "1.5", "--strip-gps", "--json"]);
    assertEquals(first.code, 1, first.err);
    const events = eventsOf(first.out), all = events.filter(({ event }) => event === "done");
    assertEquals(all.map(({ out, width, height }) => [out, width, height]), [
      [`${folder}/out/a_x1.5.webp`, 60, 36],
      [`${folder}/out/sub [2]?/b_x1.5.webp`, 36, 60],
    ]);
    const { seconds, ...total } = events.at(-1);
    assertEquals(total, { event: "total", pictures: 3, done: 2, skipped: 0, failed: 1, megapixels: 2 * 36 * 60 / 1e6 });
    assert(seconds > 0);
    const last = events.filter(({ event }) => event === "progress").at(-1);
    assertEquals([last.fraction, last.left, last.overall.total, last.overall.loaded], [1, 0, 3, 2]);
    assert(last.megapixelsPerSecond > 0 && last.overall.megapixelsPerSecond > 0);
    // What a file has attached goes with it, also when Node read it.
    const { attached } = await decodeImage(`${folder}/out/sub [2]?/b_x1.5.webp`);
    assertEquals([exifOrientation(attached!.exif!), exifDensity(attached!.exif!)], [1, { x: 300, y: 300 }]);
    assertMatch(new TextDecoder("latin1").decode(attached!.exif!), /Ada Painter/);
    assert(attached!.profile && !attached!.xmp!.includes("GPS"));

    const before = (await Deno.stat(`${folder}/out/a_x1.5.webp`)).mtime;
    const again = await sidewinder([...args, "--scale", "1.5", "--resume"]);
    assertEquals(again.code, 1);
    assertMatch(again.out, /0 of 3 pictures, 2 were there, 1 failed/);
    assertEquals((await Deno.stat(`${folder}/out/a_x1.5.webp`)).mtime, before);
  }));

Deno.test("sidewinder restore - -o - takes a picture through pipes", async () => {
  const args = ["restore", "-", "-o", "-", "--type", "jpeg", "--task", "denoise", "--json"];
  const { code, bytes, err } = await sidewinder(args, await Deno.readFile(`${PICTURES}/all.png`));
  assertEquals(code, 0, err);
  const { width, height, attached } = await decodeImage(bytes);
  assertEquals([width, height, attached!.texts!.length], [24, 40, 2]);
  assertEquals(eventsOf(err).at(-1).done, 1);
});

Deno.test("sidewinder restore makes an animation of an animation", () =>
  inFolder(async (folder) => {
    const { code, out, err } = await sidewinder([
      "restore",
      `${PICTURES}/anim_clear.gif`,
      "-o",
      `${folder}/a.webp`,
      "--scale",
      "1.2",
    ]);
    assertEquals(code, 0, err);
    assertMatch(out, /36 × 22, 4 frames/);
    const animation = (await decodeAnimation(`${folder}/a.webp`))!;
    const durations = (await Array.fromAsync(animation.frames)).map(({ duration }) => duration);
    assertEquals([animation.width, animation.plays, durations], [36, 5, [40, 120, 500, 1000]]);
    const refused = await sidewinder(["restore", `${PICTURES}/anim.png`, "-o", `${folder}/a.jpg`]);
    assertEquals(refused.code, 1);
    assertMatch(refused.err, /JPEG must be for one picture/);
  }));

let ffmpeg = true;
try {
  await new Deno.Command("ffmpeg", { args: ["-version"], stdout: "null", stderr: "null" }).output();
} catch {
  ffmpeg = false;
}

Deno.test({
  name: "sidewinder restore --frames upscales a video between two ffmpegs, in its order",
  ignore: !ffmpeg,
  fn: () =>
    inFolder(async (folder) => {
      // Frames of one grey each, so that their order shows.
      const source = "color=black:size=32x24:rate=5,geq=lum=40*N+20:cb=128:cr=128";
      const raw = "-f rawvideo -pix_fmt rgb24", run = `${Deno.execPath()} run -A cli.ts restore`;
      const pipe =
        `ffmpeg -v error -f lavfi -i '${source}' -frames:v 5 ${raw} - | ${run} --frames 32x24@rgb24 - -o - ` +
        `| ffmpeg -v error ${raw} -s 64x48 -r 5 -i - -c:v ffv1 ${folder}/out.mkv`;
      const { success, stderr } = await new Deno.Command("bash", { args: ["-o", "pipefail", "-c", pipe] }).output();
      assert(success, new TextDecoder().decode(stderr));
      const { stdout } = await new Deno.Command("ffmpeg", {
        args: ["-v", "error", "-i", `${folder}/out.mkv`, ..."-f rawvideo -pix_fmt gray -".split(" ")],
      }).output();
      assertEquals(stdout.length, 5 * 64 * 48);
      const means = Array.from(
        { length: 5 },
        (_, i) => stdout.subarray(i * 64 * 48, (i + 1) * 64 * 48).reduce((a, b) => a + b, 0) / 3072,
      );
      means.forEach((mean, i) => i > 0 && assert(mean > means[i - 1]! + 20, `${means}`));
    }),
});

Deno.test("sidewinder classify and compare see colours, not numbers", async () => {
  const psnr = async (other: string): Promise<number> => {
    const { out } = await sidewinder(["compare", `${PICTURES}/${other}`, `${PICTURES}/adobe.png`, "--json"]);
    return JSON.parse(out).psnr.rgb;
  };
  assert(await psnr("gamma.png") > 45); // gAMA and cHRM say what the profile says
  assert(await psnr("linear.png") < 25);
  const { out } = await sidewinder(["classify", `${PICTURES}/hdr.png`, "--json"]);
  assertMatch(JSON.parse(out).warnings[0], /colours are taken as they are: .*cICP 9, 16, 0, 1/);
});

Deno.test("targetsOf() and makeRoom() refuse before any work what cannot be written", () =>
  inFolder(async (folder) => {
    const images = await imagePaths([`${PICTURES}/adobe.png`], false);
    const options = { out: `${folder}/x.png`, type: undefined, suffix: "", force: false, resume: false } as const;
    const [target] = await targetsOf(images, options);
    assertEquals(target, { path: `${folder}/x.png`, type: "png", done: false });
    await makeRoom(target!, 1e6);
    await assertRejects(() => makeRoom(target!, 1e18), Error, "its disk must have at least");
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(() => makeRoom({ ...target!, path: `${folder}/file/x.png` }, 1), Error);
    await Deno.mkdir(`${folder}/y/adobe.png`, { recursive: true });
    await assertRejects(
      () => targetsOf(images, { ...options, out: `${folder}/y`, force: true }),
      Error,
      "it is a folder",
    );
    assertEquals(
      (await targetsOf(images, { ...options, out: undefined, suffix: "_x2", type: "webp" }))[0]!.path,
      `${PICTURES}/adobe_x2.webp`,
    );
    assertEquals((await targetsOf(images, { ...options, out: "-" }))[0]!.type, "png");
  }));
