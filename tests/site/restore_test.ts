/** Restoring: every task, the boundary, zoom and pan, tiles, progress, cancel, download. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { mambairFile, photoFile, repositoryFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { colourAt, download, openPhotos, restore, untilChanged, upscaleSmallPhoto } from "./steps.ts";

siteTest("restore upscales a photo by two and gives it as PNG", {}, ({ page }) => upscaleSmallPhoto(page));

siteTest("restore upscales by three and four, denoises, and saves JPEG and WebP", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 14));
  for (
    const [choice, scale, format] of [["Upscale ×3", 3, "jpeg"], ["Upscale ×4", 4, "webp"], [
      "Denoise",
      1,
      "png",
    ]] as const
  ) {
    await restore(page, choice);
    const { name, pixels } = await download(page, format);
    assertMatch(name, new RegExp(`\\.${format === "jpeg" ? "jpg" : format}$`));
    assertEquals([pixels.width, pixels.height], [20 * scale, 14 * scale]);
  }
});

siteTest("restore removes JPEG artefacts once a checkpoint for that was dropped", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 14));
  const choice = page.locator("#restore-choices label", { hasText: "Remove JPEG artefacts" });
  assert(await choice.locator("input").isDisabled());
  assertMatch((await page.locator("#dejpeg-hint").textContent())!, /Drop a MambaIR checkpoint/);
  await page.locator("#checkpoint").setInputFiles(mambairFile("CAR_q40.pth", { upsampler: "", in_chans: 1 }));
  await page.locator("#restore-choices label", { hasText: "CAR_q40.pth" }).waitFor();
  assertEquals(await choice.count(), 1);
  await restore(page, "Remove JPEG artefacts");
  assertEquals((await download(page, "png")).pixels.channels, 3);
});

siteTest("boundary shows before on its left and after on its right, by mouse and keys", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(40, 30));
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await restore(page, "x2.pth");
  const handle = page.getByRole("slider", { name: "Boundary between before and after" });
  await handle.focus();
  await page.keyboard.press("End");
  assertEquals(await handle.getAttribute("aria-valuenow"), "100");
  const before = await colourAt(page, 0.5, 0.5);
  await page.keyboard.press("Home");
  assertNotEquals(await colourAt(page, 0.5, 0.5), before); // made-up weights change every colour
  const box = (await page.locator("#viewer").boundingBox())!;
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  assertEquals(await handle.getAttribute("aria-valuenow"), "75");
});

siteTest("viewer zooms and pans by wheel, mouse, buttons and keys", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(400, 300));
  const zoom = async () => Number((await page.locator("#zoom").textContent())!.replace(" %", ""));
  await page.waitForFunction(() => document.querySelector("#zoom")!.textContent !== "");
  const fitted = await zoom();
  const above = (percent: number) =>
    page.waitForFunction(
      (percent) => Number(document.querySelector("#zoom")!.textContent!.replace(" %", "")) > percent,
      percent,
    );
  await page.locator("#viewer").focus();
  await page.keyboard.press("+");
  await above(fitted);
  const still = await colourAt(page, 0.5, 0.5);
  await page.keyboard.press("ArrowLeft");
  assertNotEquals(await colourAt(page, 0.5, 0.5), still);
  await page.keyboard.press("0");
  assertEquals(await zoom(), fitted);
  await page.getByRole("button", { name: "actual size" }).click();
  assertEquals(await zoom(), 100);
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, -300);
  await above(100);
});

siteTest("restore shows tiles as they come, progress with time left, and stops at once", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(320, 320));
  await page.locator("#restore-run").click();
  await page.waitForFunction(() =>
    /Running · \d+ % · about .* left/.test(document.querySelector("#restore-phase")!.textContent!)
  );
  await untilChanged(page, 0.55, 0.2, 60); // right of the boundary, in the upper row of tiles
  assert(await page.locator("#restore-job").isVisible(), "the first part came only with the whole");
  const stopped = await page.evaluate(() =>
    new Promise<number>((resolve) => {
      const job = document.querySelector<HTMLElement>("#restore-job")!, started = performance.now();
      new MutationObserver(() => job.hidden && resolve(performance.now() - started)).observe(job, { attributes: true });
      document.querySelector<HTMLElement>("#restore-cancel")!.click();
    })
  );
  assert(stopped < 50, `cancel took ${stopped} ms`);
  // The engine is free again soon: a small photo goes through.
  await openPhotos(page, await photoFile(12, 12, "small.png"));
  await restore(page, "Upscale ×2");
});

siteTest("restore keeps alpha and grey", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  for (const [file, channels] of [["rgba.png", 4], ["grey.png", 1]] as const) {
    await openPhotos(page, await repositoryFile(`tests/golden/image/files/${file}`));
    await restore(page, "x2.pth");
    assertEquals((await download(page, "png")).pixels.channels, channels);
  }
});

siteTest("restore all goes through the list", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await openPhotos(page, await photoFile(20, 20, "a.png"), await photoFile(24, 24, "b.png"));
  await page.locator("#restore-all").click();
  await page.locator("#photo-list li.restored").nth(1).waitFor();
});
