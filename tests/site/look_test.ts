/** Looking at a result: its own pixels, hold, side by side, difference, loupe, transparency. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { encodeImage } from "../../src/image/encode.ts";
import { bytesFile, mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { colourAt, openPhotos, painted, restore, untilReads, untilResult } from "./steps.ts";

const X4 = mambairFile("x4.pth", { upsampler: "pixelshuffledirect", upscale: 4 });

siteTest(
  "result is looked at in its own pixels, held, side by side, as a difference, by a loupe",
  {},
  async ({ page }) => {
    await page.locator("#checkpoint").setInputFiles(X4);
    await page.locator("#restore-choices label", { hasText: "x4.pth" }).waitFor({ state: "attached" });
    await openPhotos(page, await photoFile(320, 240));
    await page.locator("#restore-choices label", { hasText: "x4.pth" }).click();

    // A part first, in the middle of what is in sight, and how long the whole takes.
    await page.locator("#restore-preview").click();
    await page.locator("#restore-hint", { hasText: /The whole photo: about .+ on \d+ cores|on one core/ }).waitFor();
    assertEquals(await page.locator("#compare-labels span").last().textContent(), "Preview");
    assertEquals(await page.locator("#results li").count(), 0);

    await page.locator("#restore-run").click();
    await untilResult(page, 0);
    await untilReads(page, "#zoom", "100 %"); // of the result: the view went there
    await page.locator("#fit").click();
    await page.locator("#actual").click();
    await untilReads(page, "#zoom", "100 %");

    const left = () => colourAt(page, 0.4, 0.5), right = () => colourAt(page, 0.6, 0.5);
    const after = await right();
    const box = (await page.locator("#hold").boundingBox())!;
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await painted(page);
    const before = await right();
    assertNotEquals(before, after);
    await page.mouse.up();
    await painted(page);
    assertEquals(await right(), after);

    await page.locator("#view-mode").selectOption("side");
    await painted(page);
    assert(!(await page.locator("#compare").isVisible()));
    // Both halves show the same place: a quarter in stands for the middle.
    await page.locator("#view-mode").selectOption("split");
    await painted(page);
    const middle = await colourAt(page, 0.52, 0.3);
    await page.locator("#view-mode").selectOption("side");
    await painted(page);
    (await colourAt(page, 0.77, 0.3)).forEach((value, c) => assertAlmostEquals(value, middle[c]!, 12));

    await page.locator("#view-mode").selectOption("difference");
    await painted(page);
    assertNotEquals(await left(), before);
    await page.locator("#view-mode").selectOption("split");
    await painted(page);
    const plain = await left();
    await page.locator("#loupe").click();
    await page.mouse.move(box.x + 40, box.y - 300);
    await painted(page);
    assertEquals(await page.locator("#loupe").getAttribute("aria-pressed"), "true");
    await page.locator("#loupe").click();
    await painted(page);
    assertEquals(await left(), plain);
  },
);

siteTest("transparent photo lies over squares, once, before and after", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  const data = new Uint8Array(32 * 32 * 4); // all of it transparent
  const clear = bytesFile(
    "clear.png",
    await encodeImage({ data, width: 32, height: 32, channels: 4 }, { type: "png" }),
  );
  await openPhotos(page, clear);
  const squares = [[0xcf, 0xca, 0xc4], [0xf4, 0xf1, 0xec]];
  const isSquare = async (x: number) => {
    const colour = (await colourAt(page, x, 0.5)).slice(0, 3);
    assert(squares.some((square) => square.join() === colour.join()), `the colour is ${colour}`);
  };
  await isSquare(0.47);
  await restore(page, "x2.pth");
  await painted(page);
  await isSquare(0.47);
  await isSquare(0.53);
});
