/** What is kept, and what the page says of it: two tabs, a full disk. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { openPhotos, restore, until, untilReads } from "./steps.ts";

const names = (page: Page): Promise<string[]> =>
  page.locator("#photo-list .thumbnail").evaluateAll((items) => items.map((item) => item.getAttribute("aria-label")!));

siteTest(
  "second tab takes nothing from the first, waits for nothing, and says so",
  {},
  async ({ page, context, origin }) => {
    await openPhotos(page, await photoFile(40, 30, "first.png"));
    await untilKept(page);

    const second = await context.newPage();
    await second.goto(`${origin}/`);
    const started = performance.now();
    await openPhotos(second, await photoFile(30, 40, "second.png"));
    const took = performance.now() - started;
    assert(took < 6000, `the second tab took ${took} ms for a photo`);
    await second.locator("#kept-hint", { hasText: "Kept only until this tab is closed" }).waitFor({
      state: "attached",
    });
    await second.locator("#photo-list .remove").click();
    await second.locator("#welcome").waitFor();
    await second.waitForTimeout(500); // longer than a state waits to be written down
    await second.locator("#forget").evaluate((button) => (button as HTMLButtonElement).click());

    await page.reload();
    await page.locator("#photo-list li").first().waitFor();
    assertEquals(await names(page), ["first.png"]);
    assertMatch((await page.locator("#kept-hint").textContent())!, /a reload loses nothing/);
  },
);

siteTest("full disk loses no photo and no result, and the page says that they are not kept", {
  worker: true,
}, async ({ page, context, origin }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await openPhotos(page, await photoFile(40, 30, "first.png"));
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await untilKept(page);
  const protocol = await context.newCDPSession(page);
  await protocol.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
  await openPhotos(page, await photoFile(300, 200, "second.png"));
  assertEquals(await names(page), ["first.png", "second.png"]);
  await restore(page, "x2.pth");
  await untilReads(page, "#restore-result", "600 × 400 on wasm relaxed-simd");
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  assertEquals(file.suggestedFilename(), "second-x2.png");
  const hint = () => page.locator("#kept-hint").textContent();
  await until(hint, (text) => /Kept only until this tab is closed/.test(text!), "the page must say what is not kept");
});

/** Waits until what is open is written down. */
async function untilKept(page: Page): Promise<void> {
  await page.waitForFunction(() => localStorage.getItem("session") !== null);
  await page.waitForTimeout(500);
}
