/** Thirty jobs leave no more behind than three. */
import { assert } from "@std/assert";
import { mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { openPhotos, restore } from "./steps.ts";

/** Jobs after which the memory is compared. */
const JOBS = 30;
/** Bytes by which the heap of the page may differ: code that was compiled meanwhile. */
const HEAP = 500_000;
/** What a frame of the painter still holds goes one collection later. */
const COLLECTIONS = 5;

siteTest(`memory is level after ${JOBS} jobs`, {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await openPhotos(page, await photoFile(64, 64));
  await page.locator("#device-box summary").click();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const held = async () => {
    // Opened anew the box asks the engine anew.
    const text = await page.evaluate(() => {
      const box = document.querySelector<HTMLDetailsElement>("#device-box")!,
        memory = document.querySelector("#memory")!;
      memory.textContent = "";
      box.open = false;
      return new Promise<string>((resolve) => {
        new MutationObserver(() => resolve(memory.textContent!)).observe(memory, { childList: true });
        box.addEventListener("toggle", () => box.open = true, { once: true });
      });
    });
    const [taken, photos] = [...text.matchAll(/(?:taken|photos) ([\d.]+) (kB|MB)/g)]
      .map(([, size, unit]) => Number(size) * (unit === "MB" ? 1e6 : 1e3)) as [number, number];
    for (let i = 0; i < COLLECTIONS; i++) {
      await session.send("HeapProfiler.collectGarbage");
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))));
    }
    const { metrics } = await session.send("Performance.getMetrics");
    const [nodes, listeners, heap] = ["Nodes", "JSEventListeners", "JSHeapUsedSize"].map((name) =>
      metrics.find((metric) => metric.name === name)!.value
    ) as [number, number, number];
    return { taken, photos, nodes, listeners, heap };
  };
  let early = { taken: 0, photos: 0, nodes: 0, listeners: 0, heap: 0 };
  for (let job = 0; job < JOBS; job++) {
    await restore(page, "x2.pth");
    if (job === 2) early = await held();
  }
  const late = await held();
  assert(early.taken > 0 && early.photos > 0, "nothing is said of memory");
  assert(late.taken <= early.taken, `${late.taken} bytes are taken after ${JOBS} jobs, ${early.taken} after three`);
  assert(
    late.photos <= early.photos,
    `photos hold ${late.photos} bytes after ${JOBS} jobs, ${early.photos} after three`,
  );
  for (const what of ["nodes", "listeners"] as const) {
    assert(
      late[what] <= early[what],
      `the page has ${late[what]} ${what} after ${JOBS} jobs, ${early[what]} after three`,
    );
  }
  assert(late.heap <= early.heap + HEAP, `the page's heap grew from ${early.heap} to ${late.heap} bytes`);
});
