/** Offline, installable, licensed, strict. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { photoFile } from "./files.ts";
import { edits, siteTest } from "./site.ts";
import { chooseTool, openPhotos, untilFound } from "./steps.ts";

siteTest(
  "page works offline after the first visit, with the models that were used",
  { worker: true, expectErrors: /ERR_INTERNET/ },
  async ({ page, context }) => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    await openPhotos(page, await photoFile(20, 20));
    await chooseTool(page, "Classify");
    await page.locator("#classify-run").click();
    await page.locator(".label").nth(4).waitFor();
    await untilFound(page, async () => {
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

siteTest("all models can be kept for offline use", { worker: true }, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  await page.locator("details", { has: page.locator("#keep") }).locator("summary").click();
  await page.locator("#keep").click();
  await page.locator("#offline-note", { hasText: "All models are kept" }).waitFor();
  const kept = await page.evaluate(async () => (await (await caches.open("sidewinder-models")).keys()).length);
  assertEquals(kept, 5);
});

siteTest(
  "new version is offered, taken over by one click, and drops the old cache",
  { worker: true },
  async ({ page }) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    const before = await page.evaluate(() => caches.keys());
    edits.set("/service_worker.js", (text) => text.replace(/version:"\w+"/, 'version:"next"'));
    await page.evaluate(async () => void await (await navigator.serviceWorker.ready).update());
    const reloaded = page.waitForEvent("load");
    await page.getByRole("button", { name: "Reload" }).click();
    await reloaded;
    await untilFound(page, async () => (await caches.keys()).join() === "sidewinder-page-next");
    assert(before.length === 1 && before[0] !== "sidewinder-page-next");
  },
);

siteTest("page can be installed", { worker: true }, async ({ page, context, origin }) => {
  const manifest = await (await context.request.get(`${origin}/manifest.webmanifest`)).json();
  assertEquals([manifest.display, manifest.start_url], ["standalone", "./"]);
  assertEquals(manifest.share_target.params.files[0].accept, ["image/*"]);
  assert(".safetensors" === manifest.file_handlers[0].accept["application/octet-stream"][0]);
  for (const { src } of manifest.icons) assertEquals((await context.request.get(`${origin}/${src}`)).status(), 200);
  const protocol = await context.newCDPSession(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
  const { installabilityErrors } = await protocol.send("Page.getInstallabilityErrors");
  // A test's context counts as a private window, where nothing can be installed.
  assertEquals(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
});

siteTest(
  "licences of the code, the codecs and every model come with the page",
  {},
  async ({ page, context, origin }) => {
    const [link] = await page.locator("#model-box a").evaluateAll((links) =>
      links.map((link) => link.getAttribute("href"))
    );
    const text = await (await context.request.get(`${origin}/${link}`)).text();
    for (const part of ["MIT License", "Independent JPEG Group", "# mambair_light_x2", "# vim_micro", "# client-zip"]) {
      assert(text.includes(part), `${part} is missing`);
    }
  },
);

siteTest("every answer carries the headers of a strict page", {}, async ({ context, origin }) => {
  for (const path of ["/", "/service_worker.js", "/missing"]) {
    const headers = (await context.request.get(origin + path)).headers();
    assertEquals(headers["cross-origin-opener-policy"], "same-origin");
    assertEquals(headers["cross-origin-embedder-policy"], "require-corp");
    assertMatch(headers["content-security-policy"]!, /default-src 'none'.*script-src 'self' 'wasm-unsafe-eval';/);
    assert(!headers["content-security-policy"]!.includes("unsafe-inline"));
  }
});
