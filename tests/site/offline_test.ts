/** Offline, installable, small. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, openPhotos } from "./steps.ts";

siteTest(
  "page works offline after the first visit, with the models that were used",
  { expectErrors: /ERR_INTERNET/ },
  async ({ page, context }) => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await openPhotos(page, await photoFile(20, 20));
    await chooseTool(page, "Classify");
    await page.locator("#classify-run").click();
    await page.locator(".label").nth(4).waitFor();
    await page.waitForFunction(async () => {
      const [name] = (await caches.keys()).filter((key) => key.startsWith("sidewinder-page-"));
      return (await (await caches.open(name!)).keys()).some(({ url }) => url.includes("webp_encode_wasm"));
    });
    await context.setOffline(true);
    await page.reload();
    await openPhotos(page, await photoFile(24, 24));
    assertEquals(await page.locator("[role=tab][aria-selected=true]").textContent(), "Classify");
    await page.locator("#classify-run").click();
    await page.locator(".label").nth(4).waitFor();
  },
);

siteTest("all models can be kept for offline use", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  await page.locator("details", { has: page.locator("#keep") }).locator("summary").click();
  await page.locator("#keep").click();
  await page.locator("#offline-note", { hasText: "All models are kept" }).waitFor();
  const kept = await page.evaluate(async () => (await (await caches.open("sidewinder-models")).keys()).length);
  assertEquals(kept, 5);
});

siteTest("page can be installed", {}, async ({ page, context, origin }) => {
  const manifest = await (await context.request.get(`${origin}/manifest.webmanifest`)).json();
  assertEquals([manifest.display, manifest.start_url], ["standalone", "./"]);
  for (const { src } of manifest.icons) assertEquals((await context.request.get(`${origin}/${src}`)).status(), 200);
  const protocol = await context.newCDPSession(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  assertEquals((await protocol.send("Page.getInstallabilityErrors")).installabilityErrors, []);
});

siteTest("first visit transfers at most 120 kB and paints within a second", {}, async ({ page, context }) => {
  const fresh = await context.newPage();
  let bytes = 0;
  const protocol = await context.newCDPSession(fresh);
  await protocol.send("Network.enable");
  await protocol.send("Network.setCacheDisabled", { cacheDisabled: true });
  await protocol.send("Network.setBypassServiceWorker", { bypass: true });
  protocol.on("Network.loadingFinished", ({ encodedDataLength }) => bytes += encodedDataLength);
  await fresh.goto(page.url());
  await fresh.waitForFunction(() => /wasm/.test(document.getElementById("device-name")!.textContent!));
  // The worker's own requests are not the page's; their sizes stand in the worker's timeline.
  const [engine] = fresh.workers();
  const worker = await engine!.evaluate(() =>
    performance.getEntriesByType("resource").reduce(
      (sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize,
      0,
    )
  );
  const script = await fresh.evaluate(async () => {
    const response = await fetch(document.documentElement.dataset.engine!, { method: "HEAD" });
    return Number(response.headers.get("content-length"));
  });
  const total = bytes + worker + script;
  assert(total > 50_000 && total <= 120_000, `${total} bytes`);
  const painted = await fresh.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]!.startTime);
  assert(painted < 1000, `first paint after ${painted} ms`);
});

siteTest("every answer carries the headers of a strict page", {}, async ({ context, origin }) => {
  for (const path of ["/", "/service_worker.js", "/missing"]) {
    const headers = (await context.request.get(origin + path)).headers();
    assertEquals(headers["cross-origin-opener-policy"], "same-origin");
    assertEquals(headers["cross-origin-embedder-policy"], "require-corp");
    assertMatch(headers["content-security-policy"]!, /default-src 'none'.*script-src 'self' 'wasm-unsafe-eval';/);
    assert(!headers["content-security-policy"]!.includes("unsafe-inline"));
  }
});
