/** Threads: with the headers of isolation, and on a host that cannot send them, where the service worker makes up for it. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, openPhotos } from "./steps.ts";

const isolated = (page: Page) => page.evaluate(() => crossOriginIsolated);

/** Workers of the engine that serve as its threads. */
const threads = (page: Page) => page.workers().filter((worker) => worker.url().includes("threads-")).length;

async function classify(page: Page): Promise<void> {
  await openPhotos(page, await photoFile(64, 64));
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
}

siteTest("isolated page runs its models on several threads", {}, async ({ page }) => {
  assertEquals(await isolated(page), true);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  await classify(page);
  if (cores > 1) assert(threads(page) > 0, "no thread came up");
});

siteTest(
  "host without headers is made up for by the service worker, after one load more",
  { plain: true, worker: true },
  async ({ page }) => {
    // The first load is not isolated and works on one thread; the worker that it brings isolates the next.
    await page.waitForFunction(() =>
      crossOriginIsolated && /wasm/.test(document.getElementById("device-name")!.textContent!)
    );
    await classify(page);
  },
);

siteTest("page without isolation works on one thread", { plain: true }, async ({ page }) => {
  assertEquals(await isolated(page), false);
  await classify(page);
  assertEquals(threads(page), 0);
});
