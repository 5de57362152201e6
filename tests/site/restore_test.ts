/** Restoring: every task, the boundary, zoom and pan, tiles, progress, cancel, download. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mambairFile, photoFile, repositoryFile } from "./files.ts";
import { siteTest } from "./site.ts";
import {
  colourAt,
  download,
  openPhotos,
  painted,
  restore,
  seenAt,
  until,
  untilChanged,
  untilReads,
  upscaleSmallPhoto,
} from "./steps.ts";

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
  // Made-up weights change every colour.
  const look = () => colourAt(page, 0.5, 0.5);
  await until(look, (seen) => seen.join() !== before.join(), "the result must be seen");
  const box = (await page.locator("#viewer").boundingBox())!;
  await page.mouse.move(box.x + 1, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  assertEquals(await handle.getAttribute("aria-valuenow"), "75");
});

siteTest("viewer zooms and pans by wheel, mouse, buttons and keys", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(400, 300));
  // The page changes what it says in the next frame, which comes when it comes.
  await page.locator("#zoom:not(:empty)").waitFor();
  await painted(page);
  const fitted = (await page.locator("#zoom").textContent())!;
  const above = (percent: number) =>
    page.waitForFunction(
      (percent) => Number(document.querySelector("#zoom")!.textContent!.replace(" %", "")) > percent,
      percent,
    );
  await page.locator("#viewer").focus();
  await page.keyboard.press("+");
  await above(parseInt(fitted));
  const still = await seenAt(page, 0.5, 0.5, 20);
  await page.keyboard.press("ArrowLeft");
  await untilChanged(page, 0.5, 0.5, 20, still);
  await page.keyboard.press("0");
  await untilReads(page, "#zoom", fitted);
  await page.getByRole("button", { name: "actual size" }).click();
  await untilReads(page, "#zoom", "100 %");
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, -300);
  await above(100);
});

siteTest("restore shows tiles as they come, progress with time left, and stops at once", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2, depths: [2] }),
  );
  await openPhotos(page, await photoFile(900, 800));
  await page.locator("#restore-choices input[value*=x2]:checked").waitFor({ state: "attached" });
  const photo = await seenAt(page, 0.55, 0.2, 60); // right of the boundary, in the upper row of tiles
  await page.locator("#restore-run").click();
  await page.waitForFunction(() =>
    /Running · \d+ % · about .* left/.test(document.querySelector("#restore-phase")!.textContent!)
  );
  await untilChanged(page, 0.55, 0.2, 60, photo);
  assert(await page.locator("#restore-job").isVisible(), "the first part came only with the whole");
  // At once: before the page does anything else, whatever the machine does meanwhile.
  const stopped = await page.evaluate(async () => {
    document.querySelector<HTMLElement>("#restore-cancel")!.click();
    const { port1, port2 } = new MessageChannel();
    const task = new Promise((resolve) => port1.onmessage = resolve);
    port2.postMessage(undefined);
    await task;
    return document.querySelector<HTMLElement>("#restore-job")!.hidden;
  });
  assert(stopped, "the job goes on after it was cancelled");
  // The engine is free again soon: a small photo goes through.
  await openPhotos(page, await photoFile(12, 12, "small.png"));
  await restore(page, "x2.pth");
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
