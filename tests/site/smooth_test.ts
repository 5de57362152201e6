/** The page's own thread stays free: no task longer than 50 ms while a megapixel is restored. */
import { assert, assertEquals } from "@std/assert";
import { mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { download, restore } from "./steps.ts";

siteTest("restore of a megapixel by two leaves no task of 50 ms on the page's thread", {}, async ({ page }) => {
  // The smallest net: what the page does with the parts does not depend on what makes them.
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await page.locator("#restore-choices input[value*=x2]:checked").waitFor({ state: "attached" });
  // What drives the browser puts its own script into the page when it is first used; that is none of the page's tasks.
  await page.locator("#theme").press("Shift");
  await page.evaluate(() => {
    const long: number[] = [];
    (globalThis as unknown as { long: number[] }).long = long;
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: "longtask" });
  });
  // By path: the picker's own way. Bytes would come through the debugger, which holds up the page.
  const path = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(path, (await photoFile(1100, 920)).buffer);
  await page.locator("#files").setInputFiles(path);
  await page.locator("#photo-list li").first().waitFor();
  await restore(page, "x2.pth");
  for (const key of ["+", "+", "ArrowLeft", "-", "0"]) {
    await page.locator("#viewer").press(key);
    await page.waitForTimeout(60);
  }
  const { pixels } = await download(page, "jpeg");
  await Deno.remove(path);
  assertEquals([pixels.width, pixels.height], [2200, 1840]);
  const long = await page.evaluate(() => (globalThis as unknown as { long: number[] }).long);
  assert(Math.max(0, ...long) <= 50, `tasks of ${long.map(Math.round).join(", ")} ms`);
});
