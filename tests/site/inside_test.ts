/** Look inside: which patches reach a patch, on the large photo, scan by scan and direction by direction. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { lookInside, openPhotos, seenAt, untilChanged } from "./steps.ts";

siteTest("tap on a patch shows what reaches it, layer by layer and way by way", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(80, 64));
  await lookInside(page, "vim_micro");
  const text = page.locator("#reach-text");
  await page.locator("#reach-text:not(:empty)").waitFor();
  assertMatch(
    await text.innerText(),
    /^\d+ % of what this patch gets is its own\. Half of all comes from \d+ of 144 patches/,
  );
  assertEquals(await page.locator("#reach-ways label").allTextContents(), ["All ways", "Rows", "Rows, backwards"]);
  assertEquals(await page.locator("#reach-maps canvas").count(), 2);
  assertEquals(await page.locator("#reach-layer").getAttribute("max"), "12");
  assertMatch(await page.locator("#reach-decay-text").innerText(), /after \d+ steps \d+ % is left/);

  const place = async () => [
    await page.locator("#reach-row").inputValue(),
    await page.locator("#reach-column").inputValue(),
  ];
  assertEquals(await place(), ["7", "7"]);
  const box = (await page.locator("#viewer").boundingBox())!, before = await seenAt(page, 0.3, 0.3, 200);
  await page.mouse.click(box.x + box.width / 2 - 40, box.y + box.height / 2 - 60);
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>("#reach-row")!.value !== "7");
  assertNotEquals(await place(), ["7", "7"]);
  await untilChanged(page, 0.3, 0.3, 200, before);

  // The last patch of the path gets nothing from later ones: by rows all of it comes from before.
  await page.locator("#reach-row").fill("1");
  await page.locator("#reach-row").press("Enter");
  await page.locator("#reach-column").fill("1");
  await page.locator("#reach-column").press("Enter");
  await page.locator("#reach-ways label", { hasText: /^Rows$/ }).click();
  await page.waitForFunction(() =>
    /100 % of what.*from 1 of 144/.test(document.querySelector("#reach-text")!.textContent!)
  );
  const here = await text.innerText();
  await page.locator("#reach-ways label", { hasText: "All ways" }).click();
  await page.waitForFunction((here) => document.querySelector("#reach-text")!.textContent !== here, here);
});

siteTest("MambaIR shows its four directions in one pixel", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(40, 30));
  await lookInside(page, "mambair_light_x2");
  await page.locator("#reach-maps canvas").nth(3).waitFor();
  const captions = await page.locator("#reach-maps figcaption").allTextContents();
  assertEquals(captions, ["Rows", "Columns", "Rows, backwards", "Columns, backwards"]);
  const maps = await page.locator("#reach-maps canvas").evaluateAll((all) =>
    all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  );
  assert(new Set(maps).size === 4, "directions look the same");
});
