/** Pictures as photographers have them: painted and saved in the colours that the browser itself shows, with depth and metadata. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import type { Attached } from "../../src/image/attached.ts";
import { toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { bytesFile, mambairFile, type PickedFile, repositoryFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { openPhotos, painted, restore, seenAt, until } from "./steps.ts";

const PICTURES = "tests/golden/image/pictures/";
const X2 = mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 });
const FORMATS = ["png", "jpeg", "webp"] as const;

const attachedTo = async (path: string): Promise<Attached> => {
  const { profile, coding } = (await decodeImage(await Deno.readFile(path))).attached!;
  return { ...(profile && { profile }), ...(coding && { coding }) };
};

/** A picture of one colour with what says what it means. */
async function patch(name: string, colour: readonly number[], attached: Attached): Promise<PickedFile> {
  const side = 64, channels = colour.length as 1 | 3;
  const data = Uint8Array.from({ length: side * side * channels }, (_, i) => colour[i % channels]!);
  return bytesFile(name, await encodeImage({ data, width: side, height: side, channels, attached }, { type: "png" }));
}

/** The mean colour of a picture. */
function meanOf({ data, channels }: Pixels): number[] {
  const sums = new Array<number>(channels).fill(0);
  data.forEach((value: number, i: number) => sums[i % channels]! += value);
  return sums.map((sum) => sum * channels / data.length);
}

/** The mean colour of a picture as the browser itself shows it. */
async function ownColour(context: BrowserContext, bytes: Uint8Array, type = "image/png"): Promise<readonly number[]> {
  const page = await context.newPage();
  await page.setContent(
    `<img style="position:fixed;left:0;top:0" src="data:${type};base64,${new Uint8Array(bytes).toBase64()}">`,
  );
  await page.evaluate(() => document.images[0]!.decode());
  const shot = await page.screenshot({ clip: (await page.locator("img").boundingBox())! });
  await page.close();
  return meanOf(await decodeImage(new Uint8Array(shot)));
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...[0, 1, 2].map((c) => Math.abs(a[c]! - b[c]!)));

/** Side of what is looked at. */
const SIDE = 24;

/** Waits until the viewer shows a colour in the mean. */
async function shows(page: Page, x: number, wanted: readonly number[], what: string): Promise<void> {
  const look = async () => meanOf(await decodeImage(await seenAt(page, x, 0.45, SIDE)));
  await until(look, (seen) => distance(seen, wanted) <= 1, `${what} must be painted as ${wanted.slice(0, 3)}`);
}

for (const screen of [undefined, "display-p3"] as const) {
  siteTest(
    `photo and result are painted as the browser's own image on a screen of ${screen ?? "sRGB"}`,
    screen ? { screen } : {},
    async ({ page, context }) => {
      await page.locator("#checkpoint").setInputFiles(X2);
      await page.locator("#restore-choices input[value*=x2]:checked").waitFor({ state: "attached" });
      const p3 = await attachedTo("tests/golden/image/reported/p3.jpg");
      const patches = [
        await patch("p3.png", [201, 80, 61], p3),
        await patch("wide.png", [255, 0, 0], p3),
        await patch("adobe.png", [90, 200, 60], await attachedTo(`${PICTURES}adobe.png`)),
        await patch("gamma.png", [90, 120, 60], await attachedTo(`${PICTURES}gamma.png`)),
        await patch("cicp.png", [201, 80, 61], await attachedTo(`${PICTURES}cicp.png`)),
        await patch("grey.png", [120], await attachedTo(`${PICTURES}grey_profile.png`)),
      ];
      for (const file of patches) {
        await openPhotos(page, file);
        const own = await ownColour(context, file.buffer);
        await shows(page, 0.5, own, file.name);
        if (file.name === "p3.png" && !screen) assert(distance(own, [217, 69, 51]) <= 1, `${own}`);
      }
      // What is saved looks in the browser as what is shown, now and after it was let go.
      await page.locator(".thumbnail").first().click();
      await restore(page, "x2.pth");
      await painted(page);
      const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
      await shows(page, 0.55, await ownColour(context, await Deno.readFile(await saved.path())), "the result");
    },
  );
}

siteTest("16 bits in give 16 bits out, in colour and in grey, also after a reload", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(X2);
  await page.locator("#restore-choices input[value*=x2]:checked").waitFor({ state: "attached" });
  const data = Uint16Array.from({ length: 20 * 16 * 3 }, (_, i) => 20_000 + 37 * i);
  const colour = bytesFile(
    "wide.png",
    await encodeImage({ data, width: 20, height: 16, channels: 3 }, { type: "png" }),
  );
  const save = async (): Promise<Pixels> => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
    return await decodeImage(await Deno.readFile(await file.path()));
  };
  for (
    const [file, channels] of [[await repositoryFile("tests/golden/image/files/grey16.png"), 1], [colour, 3]] as const
  ) {
    await openPhotos(page, file);
    await restore(page, "x2.pth");
    const { data, channels: own } = await save();
    assert(data instanceof Uint16Array, `${file.name} came out with 8 bits`);
    assertEquals(own, channels);
    assert(data.some((value) => value % 257 !== 0), "16 bits hold no more than 8");
  }
  page.on("dialog", (dialog) => dialog.accept());
  const before = await save();
  await until(
    () => page.evaluate(() => localStorage.getItem("session")),
    (mark) => mark !== null,
    "the state must be kept",
  );
  await page.reload();
  await page.locator("#save-box").waitFor();
  assertEquals(await save(), before);
});

/** Pixels of a file as the browser decodes it, in sRGB. */
async function pixelsInBrowser(context: BrowserContext, bytes: Uint8Array, type: string): Promise<Uint8Array> {
  const page = await context.newPage();
  await page.setContent(`<img src="data:image/${type};base64,${new Uint8Array(bytes).toBase64()}">`);
  const samples = await page.evaluate(async () => {
    const [image] = document.images;
    await image!.decode();
    const canvas = Object.assign(document.createElement("canvas"), {
      width: image!.naturalWidth,
      height: image!.naturalHeight,
    });
    const context = canvas.getContext("2d")!;
    context.drawImage(image!, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
  });
  await page.close();
  return Uint8Array.from(samples);
}

siteTest(
  "every pair of formats keeps profile, metadata and look, as Chromium sees them",
  {},
  async ({ page, context }) => {
    await page.locator("#checkpoint").setInputFiles(X2);
    await page.locator("#restore-choices input[value*=x2]:checked").waitFor({ state: "attached" });
    for (const from of ["all.png", "all.jpg", "all.webp"]) {
      const file = await repositoryFile(PICTURES + from), source = await decodeImage(new Uint8Array(file.buffer));
      await openPhotos(page, file);
      await restore(page, "x2.pth");
      for (const format of FORMATS) {
        await page.locator("#save-format").selectOption(format);
        for (const keeps of [true, false]) {
          await page.locator("#save-metadata").setChecked(keeps);
          const [saved] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
          const bytes = await Deno.readFile(await saved.path()), { attached, ...pixels } = await decodeImage(bytes);
          assertEquals([pixels.width, pixels.height], [2 * source.width, 2 * source.height]);
          assertEquals(attached!.profile, source.attached!.profile, `${from} as ${format}`);
          assertEquals(attached!.exif !== undefined, keeps, `EXIF of ${from} as ${format}`);
          assertEquals(attached!.xmp !== undefined, keeps, `XMP of ${from} as ${format}`);
          const own = await pixelsInBrowser(context, bytes, format);
          const { data } = toChannels(await convertToSrgb({ ...pixels, attached: attached! }), 4);
          const distances = Array.from(data, (value, i) => Math.abs(value - own[i]!)), most = Math.max(...distances);
          const off = distances.reduce((a, b) => a + b, 0) / distances.length;
          assertEquals(own.length, data.length);
          assert(off < 1 && most <= 6, `${from} as ${format}: off by ${off} in the mean, ${most} at most`);
        }
      }
    }
  },
);

siteTest("AVIF opens where the browser reads it, HEIC and others are named", {}, async ({ page, context }) => {
  const avif = await repositoryFile("tests/site/fixtures/patch.avif");
  await openPhotos(page, avif);
  await shows(page, 0.5, await ownColour(context, avif.buffer, "image/avif"), "an AVIF");
  const heic = new Uint8Array(64);
  heic.set(new TextEncoder().encode("\0\0\0\x18ftypheic"));
  await page.locator("#files").setInputFiles(bytesFile("IMG_1.HEIC", heic));
  const alert = page.locator(".message [role=alert]").last();
  await alert.waitFor();
  assertMatch(await alert.innerText(), /^IMG_1\.HEIC: This is a HEIC file, which this browser cannot read/);
});
