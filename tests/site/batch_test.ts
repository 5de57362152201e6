/** Many photos: which of how many, pause, the outcome of each, a ZIP with names of their own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { openPhotos } from "./steps.ts";
import { unzip } from "./unzip.ts";

siteTest("batch says which of how many, pauses, stops for no photo, and gives a ZIP", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await page.locator("#restore-choices label", { hasText: "x2.pth" }).waitFor({ state: "attached" });
  const photos = [await photoFile(300, 280, "b?g.png"), await photoFile(20, 12, "cat.png")];
  await openPhotos(page, ...photos, await photoFile(16, 16, "Cat.png"), await photoFile(18, 18, "gone.png"));
  await page.locator("#save-format option").first().waitFor({ state: "attached" });
  await page.locator("#restore-choices label", { hasText: "x2.pth" }).click();
  // Both at once, so that the first photo is not done before it can be held up.
  await page.evaluate(() => {
    for (const id of ["restore-all", "batch-pause"]) document.getElementById(id)!.click();
  });
  await page.locator("#batch-text", { hasText: "1 of 4" }).waitFor();
  await page.locator("#batch-phase", { hasText: "Paused" }).waitFor();
  assert(!/about 0 ms left/.test(await page.locator("#restore-job").innerText()), "work stands still while it goes on");
  await page.getByRole("button", { name: "Remove gone.png" }).click();
  assertMatch(await page.locator("#batch-text").innerText(), /1 of 4/);
  await page.locator("#batch-pause").click();
  await page.locator("#batch-text", { hasText: "3 of 4 done" }).waitFor();
  assertEquals(await page.locator("#batch-items span").allTextContents(), ["done", "done", "done", "was removed"]);

  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#batch-zip").click()]);
  assertEquals(file.suggestedFilename(), "sidewinder.zip");
  const files = unzip(await Deno.readFile(await file.path()));
  // Names that every system has, and none that a disk without capitals takes for another.
  assertEquals([...files.keys()], ["b_g-x2.png", "cat-x2.png", "Cat-x2-2.png"]);
  const { width, height } = await decodeImage(files.get("cat-x2.png")!);
  assertEquals([width, height], [40, 24]);
  await page.locator(".show-result small", { hasText: "downloaded" }).waitFor();

  await page.locator("#save-format").selectOption("webp");
  await page.locator("#save-quality").fill("70");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  await page.locator("#save-box").waitFor();
  assertEquals(await page.locator("#save-format").inputValue(), "webp");
  assertEquals(await page.locator("#save-quality").inputValue(), "70");
  assert(await page.locator("#results li").count() > 0);
});
